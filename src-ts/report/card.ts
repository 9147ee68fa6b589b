import type { Metadata } from '../ir/metadata.ts'
import type { Evaluation } from '../metrics/evaluation.ts'
import { count, range, score } from './numbers.ts'

/** What `holter evaluate --json` prints, as far as a card needs it. */
export interface CardFigures extends Evaluation {
  readonly model: string
  readonly split: string
  readonly engine: string
  readonly data: { readonly name: string; readonly synthetic: boolean; readonly sha256: string }
}

/** A model's card: who made it from what, and how good it is. Kept as JSON beside the model, and as the Markdown made of it. */
export interface Card {
  readonly name: string
  readonly title: string
  readonly task: string
  /** As Keras counts them, before batch norm is folded. */
  readonly parameters: number
  /** What the int8 file holds: weights and biases. */
  readonly foldedParameters: number
  readonly macs: number
  readonly arenaBytes: number
  /** Bytes and SHA-256 of each file; modules are rebuilt from the .tflite file, byte for byte. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
  readonly metadata: Metadata
  readonly figures: readonly CardFigures[]
  /** The commands that made the figures, in the order of `figures`. */
  readonly commands: readonly string[]
  readonly licence: string
}

/** Returns a card as Markdown. */
export function cardMarkdown(card: Card): string {
  const { provenance, labels, leads, samples, sampleRateHz } = card.metadata
  const { command, ...more } = provenance as { command?: string }
  const figures = card.figures.map(f => {
    const classes = f.classes.map(label => score(f.auc[label])).join(' | ')
    return `| ${f.engine === 'tfjs' ? 'float' : 'int8'}, ${f.split} | ${count(f.records)} (${count(f.patients)}) | ${score(f.macroAuc)} | ${range(f.macroAucInterval)} | ${classes} | ${score(f.macroF1)} |`
  })
  const files = Object.entries(card.files).map(
    ([name, f]) => `| ${name} | ${count(f.bytes)} | \`${f.sha256.slice(0, 16)}\` |`,
  )
  return `${[
    `# ${card.name}`,
    '',
    `${card.name}: ${card.title}. Task \`${card.task}\`: ${labels.join(', ')} from ${leads.length} leads, ${samples} samples at ${sampleRateHz} Hz.`,
    `${count(card.parameters)} parameters (${count(card.foldedParameters)} after batch norm is folded), ${count(card.macs)} MACs an inference, arena ${count(card.arenaBytes)} bytes.`,
    'No medical device: the figures say how the model does on these records, nothing about clinical use.',
    '',
    '## Figures',
    '',
    `| model, split | records (patients) | macro AUC | 95 % interval | ${labels.join(' | ')} | macro F1 |`,
    `|---|---|---|---|${labels.map(() => '---|').join('')}---|`,
    ...figures,
    '',
    'Intervals: 1,000 bootstraps of patients. Made by',
    '',
    ...card.commands.map(c => `    ${c}`),
    '',
    '## Training',
    '',
    `    ${command ?? ''}`,
    '',
    '```json',
    JSON.stringify(more, null, 2),
    '```',
    '',
    '## Files',
    '',
    '| file | bytes | SHA-256 begins |',
    '|---|---|---|',
    ...files,
    '',
    `Licence of the data: ${card.licence}`,
  ].join('\n')}\n`
}
