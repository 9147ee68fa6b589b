import { layerTable } from '../codegen/layer-table.ts'
import type { Session } from '../engines/engine.ts'
import { type CompiledModel, loadModel } from '../engines/model.ts'
import { probeInputs } from '../engines/parity.ts'
import { wasmtime } from '../engines/wasmtime.ts'
import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import { type ComparedScore, comparedScores } from '../metrics/compared-scores.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { loadTfjs } from '../train/backend.ts'
import { floatModelFiles, loadFloatModel } from '../train/float-model.ts'
import { valuesOf, weightsOf } from '../train/model-weights.ts'
import { type Context, openWatch, watched } from '../watch.ts'
import { provenanceOf } from './model-metadata.ts'
import { openModel } from './open-model.ts'
import { type DataChoice, openRecords } from './open-records.ts'

/** The flavour whose modules are compared. */
const FLAVOUR = 'simd'
/** Rounds in which every model runs a few times, so that what else the machine does falls on all of them. */
const ROUNDS = 20
const REPS = 5

export interface CompareInput extends DataChoice {
  /** Ways of making a model, the first one is what the others are compared with: the files (or folders of float models) of its seeds. */
  readonly ways: readonly (readonly string[])[]
}

/** What a model takes, of the first seed. */
export interface Costs {
  readonly parameters: number
  /** Weights in kernels that are not zero; biases and batch norms are not counted. */
  readonly nonZeroWeights: number
  /** Of the .tflite file, or of a float model's weights. */
  readonly fileBytes: number
  /** Of integer models only, as are those below. */
  readonly moduleBytes?: number
  readonly macs?: number
  /** Least time of a record under wasmtime; absent where that is not installed. */
  readonly minNs?: number
}

/** One row of the table. */
export interface Compared extends ComparedScore, Costs {
  readonly models: readonly string[]
  readonly precision: 'float' | 'int8'
}

/** Scores models on the validation records and says what each takes. Times are of one call, in which all models take turns. */
export async function compare({ ways, ...input }: CompareInput, context: Context = {}) {
  const models = []
  for (const paths of ways) models.push(await Promise.all(paths.map(path => openModel(path, input))))
  const all = models.flat()
  const { task } = all[0]
  const other = all.find(model => model.task.name !== task.name)
  if (other) {
    const problem = 'the models were made for different tasks'
    throw new HolterError({ stage: 'evaluate', where: other.path, problem, got: other.task.name, expected: task.name })
  }
  const { opened } = await openRecords(task, ['validation'], input, context)
  const validation = opened.splits.validation!
  const predictions: PatientPredictions[][] = []
  for (const seeds of models) {
    const own: PatientPredictions[] = []
    for (const model of seeds)
      own.push(await watched(context, `score ${model.path}`, 'records', report => model.predict(validation, report)))
    predictions.push(own)
  }
  const scores = comparedScores(predictions)
  const integers = models.map(([{ path, precision }]) => (precision === 'int8' ? loadModel(path) : undefined))
  const times = await timesOf(integers, context)
  const rows: Compared[] = []
  for (const [i, seeds] of models.entries()) {
    const integer = integers[i]
    const costs = integer ? { ...(await integerCosts(integer)), minNs: times[i] } : await floatCosts(seeds[0].path)
    rows.push({ models: ways[i], precision: seeds[0].precision, ...scores[i], ...costs })
  }
  const notes = [...new Set(all.flatMap(model => model.notes))]
  return {
    rows,
    notes,
    opened,
    figures: { ...provenanceOf(opened), notes, rows },
    validationRecords: validation.length,
  }
}

async function integerCosts(model: CompiledModel): Promise<Costs> {
  const { parameters, nonZeroWeights, macs } = layerTable(model.graph)
  const moduleBytes = (await model.module(FLAVOUR)).length
  return { parameters, nonZeroWeights, macs, fileBytes: model.tflite.length, moduleBytes }
}

async function floatCosts(path: string): Promise<Costs> {
  const { model } = await loadFloatModel(loadTfjs(), path)
  const kernels = weightsOf(model).filter(({ kernel }) => kernel)
  const nonZero = kernels.map(({ variable }) => valuesOf(variable).reduce((sum, w) => sum + Number(w !== 0), 0))
  const parameters = model.countParams()
  model.dispose()
  const fileBytes = readFile(floatModelFiles(path).weights).length
  return { parameters, nonZeroWeights: nonZero.reduce((a, b) => a + b, 0), fileBytes }
}

/** Least times of integer models under wasmtime, in turns. */
async function timesOf(
  models: readonly (CompiledModel | undefined)[],
  context: Context,
): Promise<(number | undefined)[]> {
  if (wasmtime.missing()) return []
  const least: (number | undefined)[] = models.map(() => undefined)
  const open: { i: number; session: Session; row: Int8Array }[] = []
  const watch = openWatch(context, 'time', 'rounds', ROUNDS)
  try {
    for (const [i, model] of models.entries()) {
      if (!model) continue
      const rows = probeInputs(model, 4)
      open.push({
        i,
        session: await wasmtime.open(model, { flavour: FLAVOUR }),
        row: rows.subarray((rows.length / 4) * 3),
      })
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const { i, session, row } of open) {
        const { runNs } = await session.time!(row, REPS)
        least[i] = Math.min(least[i] ?? Number.POSITIVE_INFINITY, ...runNs)
      }
      watch.update(round + 1)
    }
  } finally {
    for (const { session } of open) await session.close()
  }
  watch.stop()
  return least
}
