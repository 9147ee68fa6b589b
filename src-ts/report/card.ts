import { type Metadata, madeWithSynthetic } from '../ir/metadata.ts'
import type { AamiTables } from '../metrics/aami.ts'
import type { Calibration } from '../metrics/calibration.ts'
import type { Evaluation } from '../metrics/evaluation.ts'
import { aamiMarkdown } from './aami.ts'
import { SYNTHETIC_SENTENCE, syntheticModelSentence } from './data-sentences.ts'
import { count, range, score } from './numbers.ts'

/** What `holter evaluate --json` prints, as far as a card needs it; without `kind` the labels do not exclude each other. */
export interface CardFigures
  extends Omit<Evaluation, 'kind' | 'calibration' | 'calibrated'>,
    Partial<Pick<Evaluation, 'kind'>> {
  /** Without the curves, which the page of `evaluate --html` draws. */
  readonly calibration?: CalibrationNumbers
  readonly calibrated?: CalibrationNumbers
  readonly model: string
  readonly split: string
  readonly engine: string
  readonly data: { readonly name: string; readonly synthetic: boolean; readonly sha256: string }
  /** Sentences that must stand beside every score. */
  readonly notes?: readonly string[]
  /** Of beats that were cut out of recordings. */
  readonly aami?: AamiTables
}

type CalibrationNumbers = Omit<Calibration, 'curves'>

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
  /** What else a reader should know: other seeds, why a file is not shipped. One sentence each. */
  readonly notes?: readonly string[]
  readonly licence: string
}

/** Returns a card as Markdown. */
export function cardMarkdown(card: Card): string {
  const { provenance, labels, leads, samples, sampleRateHz, features } = card.metadata
  const { command, ...more } = provenance as { command?: string }
  const files = Object.entries(card.files).map(
    ([name, f]) => `| ${name} | ${count(f.bytes)} | \`${f.sha256.slice(0, 16)}\` |`,
  )
  const notes = [...new Set([...card.figures.flatMap(f => f.notes ?? []), ...(card.notes ?? [])])]
  return `${[
    `# ${card.name}`,
    '',
    `${card.name}: ${card.title}. Task \`${card.task}\`: ${labels.join(', ')} from ${leads.length === 1 ? '1 lead' : `${leads.length} leads`}, ${samples} samples at ${sampleRateHz} Hz${features ? `, and ${features.names.length} numbers` : ''}.`,
    `${count(card.parameters)} parameters (${count(card.foldedParameters)} after batch norm is folded), ${count(card.macs)} MACs an inference, arena ${count(card.arenaBytes)} bytes.`,
    ...(madeWithSynthetic(card.metadata) ? [syntheticModelSentence(card.name)] : []),
    ...(card.figures.some(f => f.data.synthetic) ? [SYNTHETIC_SENTENCE] : []),
    'No medical device: the figures say how the model does on these records, nothing about clinical use.',
    '',
    '## Figures',
    '',
    ...figureTable(card.figures, labels),
    '',
    ...ectopicTables(card.figures),
    ...notes.flatMap(note => [note, '']),
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

/**
 * Where labels exclude each other: accuracy, macro F1 and the F1 of each label, by the largest logit. Otherwise: AUC, macro and of
 * each label, and the macro F1 at the thresholds.
 */
function figureTable(figures: readonly CardFigures[], labels: readonly string[]): string[] {
  const single = figures.some(f => f.kind === 'single-label')
  const heads = single
    ? ['accuracy', '95 % interval', 'macro F1', '95 % interval', ...labels.map(label => `F1 ${label}`)]
    : ['macro AUC', '95 % interval', ...labels, 'macro F1']
  const cells = (f: CardFigures) =>
    single
      ? [
          ...[score(f.accuracy), range(f.accuracyInterval), score(f.macroF1), range(f.macroF1Interval)],
          ...labels.map(label => score(f.perClass[label].f1)),
        ]
      : [score(f.macroAuc), range(f.macroAucInterval), ...labels.map(label => score(f.auc[label])), score(f.macroF1)]
  const row = (entries: readonly string[]) => `| ${entries.join(' | ')} |`
  return [
    row(['model, split', 'records (patients)', ...heads]),
    `|${'---|'.repeat(2 + heads.length)}`,
    ...figures.map(f => row([nameOf(f), `${count(f.records)} (${count(f.patients)})`, ...cells(f)])),
  ]
}

function ectopicTables(figures: readonly CardFigures[]): string[] {
  const scored = figures.flatMap(f => (f.aami ? [{ name: nameOf(f), aami: f.aami }] : []))
  return scored.length ? [...aamiMarkdown(scored), ''] : []
}

function nameOf({ engine, split }: CardFigures): string {
  return `${engine === 'tfjs' ? 'float' : 'int8'}, ${split}`
}
