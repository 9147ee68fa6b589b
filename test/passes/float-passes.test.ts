import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { printGraph } from '../../src-ts/ir/print.ts'
import { floatPasses, runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { Probe, verifyFloatGraph, verifyLowered } from '../../src-ts/passes/float/verify.ts'
import { runPass } from '../../src-ts/passes/run-pass.ts'
import { FloatGraphBuilder, floatGraphs } from '../helpers/float-graph.ts'
import { golden } from '../helpers/golden.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('passes')
const testWithTfjs = withTfjs('passes', test)

const kinds = (graph: { nodes: readonly { op: string }[] }) => graph.nodes.map(node => node.op).join(' ')
const graphOf = (name: string, seed = 1) => floatGraphs(seed).find(graph => graph.name === name)!

for (const pass of floatPasses) {
  testWithTfjs(`${pass.name} keeps the values of every network, alone and in its place`, tf => {
    for (let seed = 1; seed <= 5; seed++) {
      for (const graph of floatGraphs(seed)) {
        const x = tf.randomNormal([2, 1, 20, 3], 0, 1, 'float32', seed)
        const before = floatPasses.slice(0, floatPasses.indexOf(pass)).reduce((g, p) => runPass(p, g), graph)
        for (const start of [graph, before]) {
          const probe = new Probe(tf, start, [x])
          const rewritten = runPass(pass, start)
          verifyFloatGraph(rewritten, graph.name)
          probe.verify(rewritten, `${graph.name} after ${pass.name}`)
          assert.is(
            runPass(pass, rewritten),
            rewritten,
            `${pass.name} finds more to do in ${graph.name} the second time`,
          )
        }
        x.dispose()
      }
    }
  })
}

test('no batch norm is left, whatever the network', () => {
  for (const graph of floatGraphs(7)) {
    const lowered = runFloatPasses(graph)
    assert.not.match(kinds(lowered), /batchNorm/)
  }
})

test('what each pass makes of an inception network', () => {
  let text = printGraph(graphOf('inception'))
  runFloatPasses(graphOf('inception'), {
    seen: (pass, graph) => {
      text += `\n--- after ${pass.name}: ${pass.title}\n${kinds(graph)}\n`
    },
  })
  golden('passes-inception.txt', `${text}\n${printGraph(runFloatPasses(graphOf('inception')))}`)
})

test('batch norm before the ReLU costs nothing', () => {
  const lowered = runFloatPasses(graphOf('norm-before-relu'))
  assert.is(kinds(lowered), 'conv2d conv2d mean fullyConnected')
  assert.equal(
    lowered.nodes.map(node => node.attrs.activation),
    ['relu', 'relu', undefined, 'none'],
  )
})

test('dense layers and unpadded convolutions take a batch norm in, a padded one gets it as a depthwise convolution', () => {
  assert.is(
    kinds(runFloatPasses(graphOf('norm-into-everything'))),
    'conv2d mean fullyConnected reshape fullyConnected conv2d mean',
  )
  assert.is(
    kinds(runFloatPasses(graphOf('norm-after-relu'))),
    'conv2d depthwiseConv2d conv2d maxPool2d depthwiseConv2d conv2d reshape fullyConnected',
  )
})

test('a max pool passes a batch norm on only if every scale is positive', () => {
  const network = (gamma: [number, number]) => {
    const b = new FloatGraphBuilder('pooled')
    const norm = b.norm(b.conv(b.input([1, 1, 20, 3]), 4, 3, { activation: 'relu' }), gamma)
    return b.finish(b.conv(b.pool(norm, 3, 1), 2, 1))
  }
  assert.is(kinds(runFloatPasses(network([0.3, 2]))), 'conv2d maxPool2d conv2d')
  assert.is(kinds(runFloatPasses(network([-2, -0.3]))), 'conv2d depthwiseConv2d maxPool2d conv2d')
})

test('a batch norm that stays is ±x + offset: its scale went into the layer before', () => {
  const lowered = runFloatPasses(graphOf('norm-after-relu'))
  for (const node of lowered.nodes.filter(n => n.op === 'depthwiseConv2d')) {
    assert.ok((lowered.tensors[node.inputs[1]].data as Float32Array).every(w => Math.abs(w) === 1))
  }
})

testWithTfjs('the values after a pass that broke the network are refused, and the pass is named', tf => {
  const graph = graphOf('norm-before-relu')
  const x = tf.ones([1, 1, 20, 3])
  const broken = {
    ...graph,
    tensors: graph.tensors.map(t => (t.data instanceof Float32Array ? { ...t, data: t.data.map(w => w * 1.001) } : t)),
  }
  const probe = new Probe(tf, graph, [x])
  probe.verify(graph, 'net after keep-it')
  assert.throws(
    () => probe.verify(broken, 'net after break-it'),
    /^\[passes\] net after break-it: output ".*" changed its values/,
  )
  x.dispose()
})

test('a graph with a wrong shape, an unknown operator or a batch norm left over is refused by name', () => {
  const graph = graphOf('norm-at-output')
  const wrong = { ...graph, tensors: graph.tensors.map(t => (t.name === 'mean0' ? { ...t, shape: [1, 4] } : t)) }
  assert.throws(
    () => verifyFloatGraph(wrong, 'after x'),
    /after x, node "mean0": output has the wrong shape \(got \[1,4\], expected \[1,3\]\)/,
  )
  const unknown = { ...graph, nodes: graph.nodes.map(n => (n.op === 'mean' ? { ...n, op: 'median' } : n)) }
  assert.throws(() => verifyFloatGraph(unknown, 'after x'), /node "mean0": no such operator \(got median\)/)
  assert.throws(
    () => verifyLowered(graph, 'after all passes'),
    /could turn these nodes into operators: batchNorm2 \(batchNorm\)/,
  )
})

test.run()
