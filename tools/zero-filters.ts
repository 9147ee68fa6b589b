import { parseArgs } from 'node:util'
import { planModule } from '../src-ts/codegen/build.ts'
import { layerTable } from '../src-ts/codegen/layer-table.ts'
import { type CompiledModel, loadModel } from '../src-ts/engines/model.ts'
import { writeFile } from '../src-ts/files.ts'
import { random } from '../src-ts/random.ts'
import { count, share as percent } from '../src-ts/report/numbers.ts'
import { table } from '../src-ts/report/terminal.ts'
import { verify } from '../src-ts/runs/verify.ts'
import { writeTflite } from '../src-ts/tflite/write.ts'
import { withDeadChannels } from './random-networks/dead-channels.ts'

const SEED = 1
const { values, positionals } = parseArgs({
  options: { share: { type: 'string', default: '0.4' }, biases: { type: 'boolean' } },
  allowPositionals: true,
})
const [path, file] = positionals
const share = Number(values.share)
if (positionals.length !== 2) fail('takes a model and the file to write; --help shows an example')
if (!(share > 0 && share < 1)) fail(`--share: got ${values.share}, expected a number between 0 and 1`)
const model = loadModel(path)
writeFile(file, writeTflite(withDeadChannels(model.graph, random(SEED), share, values.biases)))

const [before, after] = [await figures(model), await figures(loadModel(file))]
const rows = before.map(([name, whole], i) => [name, count(whole), count(after[i][1]), percent(after[i][1], whole)])
console.log(table(['', 'as it is', 'with zeros', 'left'], rows))
const parity = await verify({ model: file })
for (const row of parity.filter(({ skipped }) => !skipped))
  console.log(`${row.engine} ${row.flavour}: ${row.differing} of ${row.outputs} output bytes differ`)
if (parity.some(({ differing }) => differing > 0)) process.exitCode = 1

async function figures({ graph, module }: CompiledModel): Promise<[string, number][]> {
  const [network] = planModule(graph, 'simd').networks
  const { macs, parameterBytes } = layerTable(network.graph)
  return [
    ['MACs', macs],
    ['bytes of weights and biases', parameterBytes],
    ['bytes of the module', (await module('simd')).length],
    ['bytes of the arena', network.arena.bytes],
  ]
}

function fail(problem: string): never {
  console.error(`[zero-filters] ${problem}`)
  process.exit(1)
}
