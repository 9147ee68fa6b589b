import { Argument, Command, Option } from 'commander'
import { layerTable } from '../codegen/layer-table.ts'
import { loadModel } from '../engines/model.ts'
import { writeFile } from '../files.ts'
import { type Flavour, flavourNames } from '../ops/flavour.ts'
import { makePlan } from '../plan/make-plan.ts'
import { planData, planText } from '../plan/print.ts'
import { graphPage } from '../report/graph-page.ts'
import { inspection } from '../report/inspection.ts'
import { layerRows, memorySummary } from '../report/layers.ts'
import { json, printJson } from './options.ts'

interface InspectOptions {
  html?: string
  plan?: boolean
  flavour?: Flavour
  json?: boolean
}

/** `holter inspect`: what a model consists of and what it needs. */
export const inspect = new Command('inspect')
  .summary('show the layers, sizes and memory of a model')
  .description(
    'Shows each layer of an int8 .tflite model with its shape, MACs, weights, zeros, dead channels, memory and scales, and the totals.',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .option('--html <file>', 'also draw the graph, as a page that loads nothing')
  .option('--plan', 'show how it becomes a module: the kernel of each node, its cost, and every place in memory')
  .addOption(new Option('-f, --flavour <flavour>', 'flavour of the plan (default: simd)').choices(flavourNames))
  .addOption(json())
  .addHelpText('after', '\nExample: holter inspect models/gap-cnn.tflite')
  .action(async (path: string, options: InspectOptions) => {
    const model = loadModel(path)
    const plan = makePlan([model.graph], options.flavour ?? 'simd')
    const [network] = plan.networks
    const rows = layerRows(network)
    if (options.html) writeFile(options.html, graphPage(network))
    if (options.plan) return options.json ? printJson(planData(plan)) : console.log(planText(plan))
    if (!options.json) return console.log(inspection(network))
    const { wasm, program } = await model.build('simd')
    const { layers, ...totals } = layerTable(model.graph)
    printJson({
      ...totals,
      ...memorySummary(network, program.constantBytes),
      moduleBytes: wasm.length,
      layers: layers.map((layer, i) => ({ ...rows[i], ...layer })),
    })
  })
