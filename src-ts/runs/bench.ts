import { layerTable } from '../codegen/layer-table.ts'
import { formName } from '../engines/form.ts'
import { engines } from '../engines/index.ts'
import { loadModel } from '../engines/model.ts'
import { probeInputs } from '../engines/parity.ts'
import { withSession } from '../engines/session.ts'
import { type Context, openWatch } from '../watch.ts'

/** Runs that are not counted: V8 and caches warm up in them. */
const WARM_UP = 20

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
  readonly medianNs: number
  readonly minNs: number
  readonly macs: number
  readonly gigaMacsPerSecond: number
  readonly moduleBytes: number
  /** Compiling and instantiating the module. */
  readonly loadMs: number
}

/** Times single inferences of a model, after a warm-up, in every engine that has a clock. */
export async function bench({ model: path, reps = 100 }: BenchInput, context: Context = {}): Promise<BenchRow[]> {
  const model = loadModel(path)
  const { macs } = layerTable(model.graph)
  const row = probeInputs(model, 4).subarray(-probeInputs(model, 1).length)
  const runs = engines.flatMap(engine =>
    engine.runs === 'module' && !engine.missing() ? engine.forms.map(form => ({ engine, form })) : [],
  )
  const watch = openWatch(context, 'bench', 'engines', runs.length)
  const rows: BenchRow[] = []
  for (const [i, { engine, form }] of runs.entries()) {
    watch.update(i, { text: `${engine.name} ${formName(form)}` })
    const times = await withSession(engine, model, form, async session => session.time?.(row, WARM_UP + reps))
    if (!times) continue
    const sorted = times.runNs.slice(WARM_UP).sort((a, b) => a - b)
    const medianNs = sorted[sorted.length >> 1]
    rows.push({
      engine: engine.name,
      flavour: formName(form),
      medianNs,
      minNs: sorted[0],
      macs,
      gigaMacsPerSecond: macs / medianNs,
      moduleBytes: (await model.module(form.flavour)).length,
      loadMs: times.loadNs / 1e6,
    })
  }
  watch.stop()
  return rows
}
