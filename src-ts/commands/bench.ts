import { Argument, Command, Option } from 'commander'
import { layerTable } from '../codegen/layer-table.ts'
import { formName } from '../engines/form.ts'
import { engines } from '../engines/index.ts'
import { loadModel } from '../engines/model.ts'
import { probeInputs } from '../engines/parity.ts'
import { withSession } from '../engines/session.ts'
import { progress } from '../report/progress.ts'
import { table } from '../report/terminal.ts'
import { json, printJson, whole } from './options.ts'

/** Runs that are not counted: V8 and caches warm up in them. */
const WARM_UP = 20

/** `holter bench`: how fast a model runs here. */
export const bench = new Command('bench')
  .summary('time a model in every engine that has a clock')
  .description(
    'Times single inferences of an int8 .tflite model, after a warm-up. Milliseconds hold for this machine and this moment: ' +
      'compare engines and models of one call.',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .addOption(new Option('--reps <n>', 'runs that are counted').argParser(whole(1)).default(100))
  .addOption(json())
  .addHelpText('after', '\nExample: holter bench models/gap-cnn.tflite --reps 200')
  .action(async (path: string, options: { reps: number; json?: boolean }) => {
    const model = loadModel(path)
    const { macs } = layerTable(model.graph)
    const row = probeInputs(model, 4).subarray(-probeInputs(model, 1).length)
    const runs = engines.flatMap(engine =>
      engine.runs === 'module' && !engine.missing() ? engine.forms.map(form => ({ engine, form })) : [],
    )
    const bar = progress({ title: 'bench', unit: 'engines', total: runs.length })
    const rows = []
    for (const [i, { engine, form }] of runs.entries()) {
      bar.update(i, { text: `${engine.name} ${formName(form)}` })
      const reps = WARM_UP + options.reps
      const times = await withSession(engine, model, form, async session => session.time?.(row, reps))
      if (!times) continue
      const { loadNs, runNs } = times
      const sorted = runNs.slice(WARM_UP).sort((a, b) => a - b)
      const medianNs = sorted[sorted.length >> 1]
      const moduleBytes = (await model.module(form.flavour)).length
      const figures = {
        medianNs,
        minNs: sorted[0],
        macs,
        gigaMacsPerSecond: macs / medianNs,
        moduleBytes,
        loadMs: loadNs / 1e6,
      }
      rows.push({ engine: engine.name, flavour: formName(form), ...figures })
    }
    bar.stop()
    if (options.json) return printJson(rows)
    const cells = rows.map(r => [
      r.engine,
      r.flavour,
      (r.medianNs / 1e6).toFixed(3),
      (r.minNs / 1e6).toFixed(3),
      r.gigaMacsPerSecond.toFixed(2),
      r.loadMs.toFixed(1),
      r.moduleBytes.toLocaleString('en'),
    ])
    console.log(table(['engine', 'flavour', 'median ms', 'least ms', 'GMAC/s', 'load ms', 'module bytes'], cells))
  })
