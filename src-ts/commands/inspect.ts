import { Command, Option } from 'commander'
import { writeFile } from '../files.ts'
import { type Flavour, flavourNames } from '../ops/flavour.ts'
import { json, modelArgument, printJson, ram, whole } from './options.ts'
import { hopLayers, hopTable } from './streaming-output.ts'

interface InspectOptions {
  html?: string
  plan?: boolean
  arena?: boolean
  flavour?: Flavour
  small?: boolean
  ram?: 'min'
  streaming?: boolean
  hop?: number
  causal?: boolean
  json?: boolean
}

/** `holter inspect`: what a model consists of and what it needs. */
export const inspect = new Command('inspect')
  .summary('show the layers, sizes and memory of a model')
  .description(
    'Shows shape, MACs, weights, zeros, dead channels, memory and scales of each layer of an int8 .tflite model, and the totals.',
  )
  .addArgument(modelArgument())
  .option('--html <file>', 'also draw the graph as a self-contained page')
  .option('--plan', 'show how it becomes a module: the kernel of each node, its cost, and all addresses in memory')
  .option(
    '--arena',
    'draw which buffer lies where while each node runs, and what greedy by size would do if it takes more',
  )
  .addOption(new Option('-f, --flavour <flavour>', 'flavour of the plan (default: simd)').choices(flavourNames))
  .option('--small', 'plan for a small file and little memory instead of speed')
  .addOption(ram())
  .option('--streaming', 'show MACs and memory of each hop, if the network took a stream (holter stream)')
  .option('--hop <rows>', 'with --streaming: new rows in each hop (default: several)', whole(1))
  .option('--causal', 'with --streaming: leave out the rows that see the border of a window')
  .addOption(json())
  .addHelpText('after', '\nExample: holter inspect gap-cnn')
  .action(async (path: string, options: InspectOptions) => {
    if (options.streaming) return inspectStreaming(path, options)
    const { inspect, inspectionFigures } = await import('../runs/inspect.ts')
    const inspected = inspect({ ...options, model: path })
    const [network] = inspected.plan.networks
    if (options.html) {
      const { graphPage } = await import('../report/graph-page.ts')
      writeFile(options.html, graphPage(network))
    }
    if (options.plan) {
      const { planData, planText } = await import('../plan/print.ts')
      return options.json ? printJson(planData(inspected.plan)) : console.log(planText(inspected.plan))
    }
    if (options.arena) {
      const { arenaData, arenaText } = await import('../report/arena-picture.ts')
      return options.json ? printJson(arenaData(network)) : console.log(arenaText(network))
    }
    if (options.json) return printJson(await inspectionFigures(inspected))
    const { inspection } = await import('../report/inspection.ts')
    console.log(inspection(network))
  })

async function inspectStreaming(path: string, { hop, causal, json }: InspectOptions): Promise<void> {
  const { streamingFigures } = await import('../runs/stream.ts')
  const figures = streamingFigures(path, { hop, causal })
  if (json) return printJson(figures)
  console.log(hopTable(figures))
  if (hop !== undefined) console.log(`\n${hopLayers(figures[0])}`)
}
