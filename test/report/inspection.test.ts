import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { graphPage } from '../../src-ts/report/graph-page.ts'
import { inspection } from '../../src-ts/report/inspection.ts'
import { randomNetwork } from '../../tools/random-networks/random-network.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'
import { elementsOf } from './well-formed.ts'

const test = suite('report/inspection')
const placed = (graph = tinyNetwork()) => makePlan([graph], 'simd').networks[0]
const hostile = '<script>alert(1)</script>'.repeat(40)

/** The tiny network with a name in it that is no name. */
function renamed() {
  const graph = tinyNetwork()
  const nodes = graph.nodes.map((node, i) => (i === 1 ? { ...node, name: hostile } : node))
  return { ...graph, name: hostile, nodes }
}

test('every layer with its sizes, zeros and scales, in 80 columns', () => {
  const text = inspection(placed())
  for (const part of ['input', 'features', 'conv2d', '1×1×4×4', 'zeros', 'dead', 'live bytes', '0.01 to 0.04']) {
    assert.ok(text.includes(part), part)
  }
  const networks = [tinyNetwork(), renamed(), ...Array.from({ length: 30 }, (_, seed) => randomNetwork(seed))]
  for (const graph of networks) {
    for (const line of inspection(placed(graph)).split('\n')) assert.ok(line.length <= 80, line)
  }
})

test('the drawing has a box for each input, node and output, and an edge for each tensor that is read', () => {
  const elements = elementsOf(graphPage(placed()))
  const number = (name: string) => elements.filter(element => element.name === name).length
  // features → mixed, largest → joined → flat → logits, one input and one output.
  // Drawn twice: for wide pages and for narrow ones.
  assert.equal([number('g'), number('path')], [16, 16])
})

test('the page loads nothing, and foreign names stay text', () => {
  const page = graphPage(placed(renamed()))
  assert.not.match(page, /<script|src=|url\(|href=/)
  elementsOf(page)
  for (let seed = 0; seed < 10; seed++) elementsOf(graphPage(placed(randomNetwork(seed))))
})

test.run()
