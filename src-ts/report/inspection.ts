import { type Layer, layerTable } from '../codegen/layer-table.ts'
import type { IntTensor } from '../ir/graph.ts'
import { madeWithSynthetic } from '../ir/metadata.ts'
import { liveBytes } from '../plan/arena.ts'
import type { NetworkPlan } from '../plan/plan.ts'
import { arenaFigure, stripsFigure } from './arena-picture.ts'
import { count, large, share } from './numbers.ts'
import { facts, shortened, table } from './terminal.ts'

const NAME_WIDTH = 22

/**
 * Returns what a planned network consists of as text of at most 80 columns: its inputs and outputs, what each layer computes, what
 * each layer holds (zeros of its weights, dead output channels, bytes of the arena in use while it runs, scales), and the totals.
 * Both tables number the layers alike.
 */
export function inspection(network: NetworkPlan): string {
  const { graph, arena, buffers, states } = network
  const { layers, parameters, parameterBytes, nonZeroWeights, macs } = layerTable(graph)
  const live = liveBytes(buffers)
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0)
  const stateBytes = states.reduce((sum, { bytes }) => sum + bytes, 0)
  const port = (tensor: number) => describe(graph.tensors[tensor])
  const totals = facts([
    ...(graph.metadata && madeWithSynthetic(graph.metadata)
      ? [['records', 'SYNTHETIC ones had a part in making it'] as const]
      : []),
    [
      'weights',
      `${count(parameters)} with biases, ${count(parameterBytes)} B; ${share(nonZeroWeights, weights)} of the weights not zero`,
    ],
    ['MACs', `${count(macs)} per inference`],
    ...(states.length ? [['states', `${count(stateBytes)} B that live from hop to hop`] as const] : []),
    ['arena', arenaFigure(arena)],
    ...(network.wholeArenaBytes ? [['strips', stripsFigure(network)] as const] : []),
  ])
  return [
    facts([
      ...graph.inputs.map(i => ['input', port(i)] as const),
      ...graph.outputs.map(i => ['output', port(i)] as const),
    ]),
    table(['', 'node', 'op', 'output', 'MACs', 'weights'], layers.map(computed)),
    table(
      ['', 'zeros', 'dead', 'live bytes', 'scale', 'zero point', 'weight scales'],
      layers.map((layer, step) => held(layer, step, live[step + 1])),
    ),
    totals,
  ].join('\n\n')
}

function describe({ name, type, shape, quantization }: IntTensor): string {
  const real = quantization ? `, real = (q − (${quantization.zeroPoint[0]})) · ${number(quantization.scale[0])}` : ''
  return `${shortened(name, 30)}, ${type} [${shape.join(', ')}]${real}`
}

function computed({ name, op, outputShape, macs, weights, biases }: Layer, step: number): string[] {
  const shape = outputShape.join('×')
  return [String(step), shortened(name, NAME_WIDTH), op, shape, large(macs), weights ? large(weights + biases) : '']
}

function held({ weights, nonZeroWeights, deadChannels, scales }: Layer, step: number, live: number): string[] {
  const { output, weights: range } = scales
  return [
    String(step),
    weights ? share(weights - nonZeroWeights, weights) : '',
    weights ? count(deadChannels) : '',
    count(live),
    output ? number(output.scale) : '',
    output ? String(output.zeroPoint) : '',
    range ? [...new Set(range.map(number))].join(' to ') : '',
  ]
}

const number = (value: number) => Number(value.toPrecision(3)).toString()
