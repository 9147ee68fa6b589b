import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { engines } from '../../src-ts/engines/index.ts'
import { runnable } from '../../src-ts/engines/model.ts'
import { compareEngines, probeInputs } from '../../src-ts/engines/parity.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { randomInt16Network, randomNetwork } from '../../tools/random-networks/random-network.ts'

const COUNT = 6
const test = suite('graphs on every engine')

/** How many nodes later a tensor is read last. */
function longestLife({ nodes }: IntGraph): number {
  const made = new Map(nodes.flatMap((node, step) => node.outputs.map(i => [i, step] as const)))
  return Math.max(0, ...nodes.flatMap((node, step) => node.inputs.map(i => step - (made.get(i) ?? step))))
}

/** What a network must be able to have, and how to know it. */
const traits: readonly [string, (graph: IntGraph) => boolean][] = [
  ['several inputs and several outputs', ({ inputs, outputs }) => inputs.length > 2 && outputs.length > 2],
  ['a tensor that lives long', graph => longestLife(graph) > 5],
  ['no convolution, and more than five nodes', ({ nodes }) => nodes.length > 5 && !nodes.some(n => /conv/i.test(n.op))],
  ['int32 outputs beside int8', ({ outputs, tensors }) => new Set(outputs.map(i => tensors[i].type)).size > 1],
  ['an output that is read again', ({ outputs, nodes }) => nodes.some(n => n.inputs.some(i => outputs.includes(i)))],
]

const both: (typeof traits)[number] = [
  'int16 and int8 activations, in and out',
  ({ inputs, outputs, tensors }) =>
    [inputs, outputs].every(list => list.some(i => tensors[i].type === 'int16')) &&
    outputs.some(i => tensors[i].type === 'int8'),
]

for (const [name, has] of [...traits, both]) {
  test(name, async () => {
    const draw = name === both[0] ? randomInt16Network : randomNetwork
    let seed = 1000
    while (!has(draw(seed))) seed++
    const graph = draw(seed)
    const model = runnable(writeTflite(graph), graph.name)
    const rows = await compareEngines(model, engines, probeInputs(model, COUNT), COUNT)
    for (const { engine, flavour, differing, first, skipped } of rows) {
      assert.is(differing, 0, `seed ${seed}, ${engine} ${flavour}: ${first ?? skipped}`)
    }
  })
}

test.run()
