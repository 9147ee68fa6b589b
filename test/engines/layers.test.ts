import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Engine } from '../../src-ts/engines/engine.ts'
import { compareLayers } from '../../src-ts/engines/layers.ts'
import { node } from '../../src-ts/engines/node.ts'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import { reference } from '../../src-ts/engines/reference.ts'
import { tfliteMicro } from '../../src-ts/engines/tflite-micro.ts'
import { cutOut } from '../../src-ts/ir/cut.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { verifyGraph } from '../../src-ts/ir/verify.ts'
import { randomNetwork } from '../../tools/random-networks/random-network.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'

const test = suite('layer by layer')
const COUNT = 5
/** The tiny network with scales that a file can hold. */
function tiny(): IntGraph {
  const { tensors, ...graph } = tinyNetwork()
  const rounded = tensors.map(({ quantization: q, ...t }) => ({
    ...t,
    ...(q && { quantization: { ...q, scale: q.scale.map(Math.fround) } }),
  }))
  return { ...graph, tensors: rounded }
}
const inputsOf = (graph: IntGraph) => probeInputs({ graph } as never, COUNT)

test('every node of a network agrees in every engine', async () => {
  const graph = tiny()
  const rows = await compareLayers({ graph }, [tfliteMicro, node], inputsOf(graph), COUNT)
  assert.ok(rows.length >= 2)
  for (const row of rows) assert.equal([row.nodes, row.differing, row.first], [6, 0, undefined])
})

test('the first node with a wrong byte is named', async () => {
  const graph = tiny()
  // The reference with bytes flipped as a wrong kernel would: "largest" (node 2, 16 bytes after 16 and 8) in row 3.
  const broken: Engine = {
    ...reference,
    name: 'broken',
    async open(model, form) {
      const session = await reference.open(model, form)
      return {
        ...session,
        async push(inputs, count) {
          const rows = await session.push(inputs, count)
          const pitch = rows.length / count
          rows[3 * pitch + 16 + 8 + 5] ^= 1
          rows[4 * pitch + pitch - 1] ^= 1
          return rows
        },
      }
    },
  }
  const [row] = await compareLayers({ graph }, [broken], inputsOf(graph), COUNT)
  assert.is(row.differing, 2)
  const { step, op, node: name, input, byte } = row.first!
  assert.equal({ step, op, name, input, byte }, { step: 2, op: 'maxPool2d', name: 'largest', input: 3, byte: 5 })
})

test('a node cut out of any network is a network', () => {
  for (let seed = 0; seed < 40; seed++) {
    const graph = randomNetwork(seed)
    for (const step of graph.nodes.keys()) verifyGraph(cutOut(graph, step), 'verify', `seed ${seed}, node ${step}`)
  }
})

test.run()
