import { Argument, Command, Option } from 'commander'
import { writeFile } from '../files.ts'
import { type Flavour, flavourNames } from '../ops/flavour.ts'
import { json, printJson } from './options.ts'

interface InspectOptions {
  html?: string
  plan?: boolean
  flavour?: Flavour
  small?: boolean
  json?: boolean
}

/** `holter inspect`: what a model consists of and what it needs. */
export const inspect = new Command('inspect')
  .summary('show the layers, sizes and memory of a model')
  .description(
    'Shows shape, MACs, weights, zeros, dead channels, memory and scales of each layer of an int8 .tflite model, and the totals.',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .option('--html <file>', 'also draw the graph as a self-contained page')
  .option('--plan', 'show how it becomes a module: the kernel of each node, its cost, and all addresses in memory')
  .addOption(new Option('-f, --flavour <flavour>', 'flavour of the plan (default: simd)').choices(flavourNames))
  .option('--small', 'plan for a small file and little memory instead of speed')
  .addOption(json())
  .addHelpText('after', '\nExample: holter inspect models/gap-cnn.tflite')
  .action(async (path: string, options: InspectOptions) => {
    const { inspect, inspectionFigures } = await import('../runs/inspect.ts')
    const inspected = inspect({ model: path, flavour: options.flavour, small: options.small })
    const [network] = inspected.plan.networks
    if (options.html) {
      const { graphPage } = await import('../report/graph-page.ts')
      writeFile(options.html, graphPage(network))
    }
    if (options.plan) {
      const { planData, planText } = await import('../plan/print.ts')
      return options.json ? printJson(planData(inspected.plan)) : console.log(planText(inspected.plan))
    }
    if (options.json) return printJson(await inspectionFigures(inspected))
    const { inspection } = await import('../report/inspection.ts')
    console.log(inspection(network))
  })
