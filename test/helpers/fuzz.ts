import { Command, Option } from 'commander'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import { whole } from '../../src-ts/commands/options.ts'
import { firstDifference } from '../../src-ts/engines/layers.ts'
import { cutOut, exposeTensors } from '../../src-ts/ir/cut.ts'
import { fromBytes, type IntGraph, tensorBytes, toBytes } from '../../src-ts/ir/graph.ts'
import { flavourNames } from '../../src-ts/ops/flavour.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner, runReference } from '../../src-ts/reference/run.ts'
import { python } from './environment.ts'
import { randomInt16Network, randomNetwork } from './random-network.ts'
import { difference, type Rows, runProgram } from './run-program.ts'
import { runTfliteMicro } from './tflite-micro.ts'

/** Networks in one module: asc costs more than they do. */
const BATCH = 40

interface Peer {
  readonly name: string
  run(jobs: readonly Rows[]): Promise<(Int8Array | string)[]>
}

const truth = python()
const peers: readonly Peer[] = [
  ...(truth ? [{ name: 'tflite-micro', run: runTfliteMicro }] : []),
  ...flavourNames.map(flavour => ({ name: flavour, run: (jobs: readonly Rows[]) => runProgram(jobs, flavour) })),
]

function job(seed: number, count: number): Rows {
  const graph = int16 ? randomInt16Network(seed) : randomNetwork(seed)
  const stream = random(seed, 99)
  const inputs = Int8Array.from({ length: count * rowBytes(graph, graph.inputs) }, () => stream.integer(256))
  return { graph, inputs, count }
}

const expectedOf = ({ graph, inputs, count }: Rows) => rowRunner(graph)(inputs, count)

/** Describes the first node whose output differs, and whether that node alone, on the same bytes, differs too. */
async function shrink(peer: Peer, { graph, inputs, count }: Rows): Promise<string> {
  const exposed: Rows = { graph: exposeTensors(graph), inputs, count }
  const [got] = await peer.run([exposed])
  if (typeof got === 'string') return `it refuses the network with all tensors as outputs: ${got}`
  const { first } = firstDifference(exposed.graph, got, expectedOf(exposed))
  if (!first) return 'no tensor differs when all of them are outputs: look at the memory plan'
  const alone = cutOut(graph, first.step)
  const node: Rows = { graph: alone, inputs: inputsOf(graph, first.step, inputs, first.input), count: 1 }
  const [single] = await peer.run([node])
  const still = typeof single === 'string' ? single : difference(single, await expectedOf(node))
  const tensors = alone.tensors.map(
    ({ name, type, shape, quantization: q, data }) =>
      `${data ? 'constant' : 'tensor'} "${name}": ${type} [${shape}], scale ${q?.scale.slice(0, 3)}, zero point ${q?.zeroPoint[0]}`,
  )
  return [
    `first wrong node: ${first.step} ${first.op} "${first.node}", byte ${first.byte} of row ${first.input}: got ${first.got}, expected ${first.expected}`,
    `alone: ${still ?? 'equal, so it depends on what surrounds it'}`,
    JSON.stringify(alone.nodes[0].attrs),
    ...tensors,
  ].join('\n')
}

/** What a node reads when the network runs on one row of inputs. */
function inputsOf(graph: IntGraph, step: number, inputs: Int8Array, row: number): Int8Array {
  const pitch = rowBytes(graph, graph.inputs)
  let at = row * pitch
  const parts = graph.inputs.map(i => {
    at += tensorBytes(graph.tensors[i])
    return fromBytes(inputs.subarray(at - tensorBytes(graph.tensors[i]), at), graph.tensors[i].type)
  })
  const values = runReference(graph, parts)
  const read = [...new Set(graph.nodes[step].inputs)].filter(i => i >= 0 && !graph.tensors[i].data)
  return Int8Array.from(read.flatMap(i => [...toBytes(values[i]!)]))
}

const program = new Command('fuzz')
  .description(
    'Runs random networks in tflite-micro, the reference and both flavours until stopped; exits 1 on a difference.',
  )
  .addOption(new Option('--seed <n>', 'first seed').argParser(whole(0)).default(0))
  .addOption(new Option('--count <n>', 'stop after n networks').argParser(whole(1)))
  .addOption(new Option('--inputs <n>', 'rows of inputs for each network').argParser(whole(1)).default(8))
  .option('--int16', 'networks with int16 activations in three of four nodes')
interface FuzzOptions {
  seed: number
  count?: number
  inputs: number
  int16?: boolean
}
const { seed, count = Infinity, inputs, int16 } = program.parse().opts<FuzzOptions>()
const start = performance.now()
let wrong = 0
console.error(
  `peers of the reference: ${peers.map(peer => peer.name).join(', ')}${truth ? '' : ' (no tflite-micro here)'}`,
)
for (let done = 0; done < count; ) {
  const size = Math.min(BATCH, count - done)
  const jobs = Array.from({ length: size }, (_, i) => job(seed + done + i, inputs))
  const expected = await Promise.all(jobs.map(expectedOf))
  for (const peer of peers) {
    for (const [i, got] of (await peer.run(jobs)).entries()) {
      const problem = typeof got === 'string' ? `refused: ${got}` : difference(got, expected[i])
      if (!problem) continue
      wrong++
      console.log(`seed ${seed + done + i}, ${peer.name}: ${problem}\n${await shrink(peer, jobs[i])}\n`)
    }
  }
  done += size
  const rate = (done / ((performance.now() - start) / 1000)).toFixed(1)
  console.error(`${done} networks, ${rate} a second, ${wrong} differences, seeds ${seed} to ${seed + done - 1}`)
}
process.exitCode = wrong ? 1 : 0
