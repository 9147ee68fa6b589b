import { layerTable } from '../codegen/layer-table.ts'
import type { Engine, Form, RunnableModel } from '../engines/engine.ts'
import { formName } from '../engines/form.ts'
import { engines } from '../engines/index.ts'
import { loadModel } from '../engines/model.ts'
import { probeInputs } from '../engines/parity.ts'
import { withSession } from '../engines/session.ts'
import { tfliteMicro } from '../engines/tflite-micro.ts'
import { type Context, openWatch } from '../watch.ts'

/** Runs that are not counted: V8 and caches warm up in them. */
const WARM_UP = 20
/** An engine that would need longer for all runs does fewer of them, but at least so many. */
const LONGEST_NS = 2e9
const FEWEST = 5

export interface BenchInput {
  /** A .tflite file of int8 (or 16×8) arithmetic. */
  readonly model: string
  /** Runs that are counted. Default 100. */
  readonly reps?: number
}

/** The times of one engine and flavour; they hold for this machine and this moment. */
export interface BenchRow {
  readonly engine: string
  readonly flavour: string
  /** Runs that were counted. */
  readonly reps: number
  readonly medianNs: number
  readonly minNs: number
  readonly macs: number
  readonly gigaMacsPerSecond: number
  /** How many times as fast as tflite-micro, by the medians; absent where that is not installed. */
  readonly timesTfliteMicro?: number
  /** Absent where no module runs. */
  readonly moduleBytes?: number
  /** Compiling and instantiating the module, or preparing the interpreter, in a warm engine. */
  readonly loadMs: number
  /** That and the first run. */
  readonly firstResultMs: number
}

/** Times single inferences of a model, after a warm-up, in every engine that has a clock. */
export function bench({ model: path, reps = 100 }: BenchInput, context: Context = {}): Promise<BenchRow[]> {
  return benchModel(loadModel(path), engines, reps, context)
}

/** Times a model in those of the engines that have a clock and are found here. */
export async function benchModel(
  model: RunnableModel,
  chosen: readonly Engine[],
  reps: number,
  context: Context = {},
): Promise<BenchRow[]> {
  const { macs } = layerTable(model.graph)
  const row = probeInputs(model, 4).subarray(-probeInputs(model, 1).length)
  const runs = chosen
    .filter(engine => engine.runs !== 'graph' && !engine.missing() && !engine.refuses?.(model.graph))
    .flatMap(engine => engine.forms.map(form => ({ engine, form })))
  const watch = openWatch(context, 'bench', 'runs', runs.length)
  const rows: BenchRow[] = []
  for (const [i, { engine, form }] of runs.entries()) {
    watch.update(i, { text: `${engine.name} ${formName(form)}` })
    const timed = await timesOf(engine, model, form, row, reps)
    if (!timed) continue
    const { loadNs, firstNs, sorted } = timed
    const medianNs = sorted[sorted.length >> 1]
    rows.push({
      engine: engine.name,
      flavour: formName(form),
      reps: sorted.length,
      medianNs,
      minNs: sorted[0],
      macs,
      gigaMacsPerSecond: macs / medianNs,
      ...(engine.runs === 'module' && { moduleBytes: (await model.module(form.flavour)).length }),
      loadMs: loadNs / 1e6,
      firstResultMs: (loadNs + firstNs) / 1e6,
    })
  }
  watch.update(runs.length)
  watch.stop()
  const truth = rows.find(({ engine }) => engine === tfliteMicro.name)
  return truth ? rows.map(row => ({ ...row, timesTfliteMicro: truth.medianNs / row.medianNs })) : rows
}

async function timesOf(engine: Engine, model: RunnableModel, form: Form, row: Int8Array, reps: number) {
  if (engine.runs === 'module') await withSession(engine, lookAlike(model), form, async () => {})
  return withSession(engine, model, form, async session => {
    const first = await session.time?.(row, FEWEST)
    if (!first) return undefined
    const affordable = Math.floor(LONGEST_NS / Math.min(...first.runNs))
    const counted = Math.max(FEWEST, Math.min(reps, affordable))
    const { loadNs, runNs } = await session.time!(row, (affordable > reps ? WARM_UP : 0) + counted)
    return { loadNs, firstNs: first.runNs[0], sorted: runNs.slice(-counted).sort((a, b) => a - b) }
  })
}

/** The same modules in other bytes: an engine that loads them is warm for the real ones, and has not compiled those yet. */
function lookAlike(model: RunnableModel): RunnableModel {
  const emptySection = Uint8Array.of(0, 2, 1, 0x77)
  return { ...model, module: async flavour => Buffer.concat([await model.module(flavour), emptySection]) }
}
