import { Argument, Command } from 'commander'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { inferenceTime, large, range, signed, size } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import type { Compared, CompareInput } from '../runs/compare.ts'
import { terminal } from './context.ts'
import { withDataOptions } from './data-options.ts'
import { json, printJson } from './options.ts'

interface CompareOptions extends Omit<CompareInput, 'ways'> {
  readonly json?: boolean
}

/** `holter compare`: what compression costs and what it saves, in one table. */
export const compare = withDataOptions(
  new Command('compare')
    .summary('compare models by score, size and time in one table')
    .description(
      'Scores models on the validation split, with intervals of the differences to the first one on the same patients, and counts parameters, ' +
        'weights that are not zero, bytes of file and module (simd), MACs, and the least time of a record under wasmtime, all models taking ' +
        'turns. Seeds of one way of making a model, separated by commas, are one row: the mean of their scores, and the size of the first.',
    )
    .addArgument(
      new Argument(
        '<model...>',
        'folders of float models, int8 .tflite files, or names; seeds with commas between them',
      ),
    ),
)
  .addOption(json())
  .addHelpText(
    'after',
    '\nExample: holter compare build/gap-cnn build/gap-cnn-pruned build/gap-cnn.tflite build/gap-cnn-pruned.tflite',
  )
  .action(async (models: string[], options: CompareOptions) => {
    const { compare } = await import('../runs/compare.ts')
    const ways = models.map(paths => paths.split(','))
    const { rows, notes, opened, figures, validationRecords } = await compare({ ...options, ways }, terminal)
    if (options.json) return printJson(figures)
    if (opened.synthetic) console.log(SYNTHETIC_SENTENCE)
    console.log(textOf(rows, validationRecords))
    for (const note of notes) console.log(`\n${note}`)
  })

function textOf(rows: readonly Compared[], records: number): string {
  const [{ title }] = rows
  const base = rows.find(({ minNs }) => minNs !== undefined)?.minNs
  const scores = rows.map(({ models, precision, scores, interval, difference }) => [
    models.join(' '),
    precision,
    `${scores.mean.toFixed(4)}${models.length > 1 ? ` ± ${scores.deviation.toFixed(4)}` : ''} (${range(interval)})`,
    difference ? `${signed(difference.mean)} (${difference.interval.map(signed).join(' to ')})` : '',
  ])
  const costs = rows.map(({ models, parameters, nonZeroWeights, fileBytes, moduleBytes, macs, minNs }) => [
    models[0],
    large(parameters),
    large(nonZeroWeights),
    size(fileBytes),
    moduleBytes === undefined ? '–' : size(moduleBytes),
    macs === undefined ? '–' : large(macs),
    minNs === undefined ? '–' : inferenceTime(minNs),
    minNs === undefined ? '–' : (base! / minNs).toFixed(2),
  ])
  return [
    table(['model', 'numbers', `validation ${title} (95 %)`, 'difference to the first'], scores, 120),
    table(['model', 'parameters', 'weights ≠ 0', 'file', 'module', 'MACs', 'wasmtime', 'times as fast'], costs, 120),
    `${records} records; intervals from bootstraps of patients, of differences on the same ones`,
  ].join('\n\n')
}
