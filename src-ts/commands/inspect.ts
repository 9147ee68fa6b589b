import { Argument, Command } from 'commander'
import { build } from '../codegen/build.ts'
import { emitProgram } from '../codegen/emit.ts'
import { layerTable } from '../codegen/layer-table.ts'
import { loadModel } from '../engines/model.ts'
import { sha256, writeFile } from '../files.ts'
import { graphPage } from '../report/graph-page.ts'
import { inspection } from '../report/inspection.ts'
import { layerRows, memorySummary } from '../report/layers.ts'
import { json, printJson } from './options.ts'

/** `holter inspect`: what a model consists of and what it needs. */
export const inspect = new Command('inspect')
  .summary('show the layers, sizes and memory of a model')
  .description(
    'Shows each layer of an int8 .tflite model with its shape, MACs, weights, zeros, dead channels, memory and scales, and the totals.',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .option('--html <file>', 'also draw the graph, as a page that loads nothing')
  .addOption(json())
  .addHelpText('after', '\nExample: holter inspect models/gap-cnn.tflite')
  .action(async (path: string, options: { html?: string; json?: boolean }) => {
    const model = loadModel(path)
    const [placed] = emitProgram([model.graph], 'simd', '').networks
    const memory = memorySummary(placed)
    const rows = layerRows(placed)
    if (options.html) writeFile(options.html, graphPage(placed))
    if (!options.json) return console.log(inspection(placed))
    const { wasm } = await build(model.graph, 'simd', sha256(model.tflite))
    const { layers, ...totals } = layerTable(model.graph)
    printJson({
      ...totals,
      ...memory,
      moduleBytes: wasm.length,
      layers: layers.map((layer, i) => ({ ...rows[i], ...layer })),
    })
  })
