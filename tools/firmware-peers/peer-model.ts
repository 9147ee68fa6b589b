import type { Build } from '../../src-ts/codegen/build.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { elements, type IntGraph, type IntTensor, tensorBytes } from '../../src-ts/ir/graph.ts'
import type { Convolution } from '../../src-ts/ops/parts/convolution.ts'
import type { Dense } from '../../src-ts/ops/parts/dense.ts'
import type { ScaledSumPrepared } from '../../src-ts/ops/parts/scaled-sum.ts'
import { plain } from '../../src-ts/package/c-model.ts'
import { type PreparedNode, prepareGraph } from '../../src-ts/reference/prepare.ts'

/** What stands for one node in C: constants before, statements in the run. */
interface Part {
  readonly constants: readonly string[]
  readonly run: readonly string[]
}

interface Scene {
  readonly node: PreparedNode
  readonly i: number
  readonly inputs: readonly string[]
  readonly output: string
}

/**
 * Returns a model's C file with the interface of holter.h and `kernels` (a header of this folder) in place of a module: every layer in turn,
 * each tensor in memory of its own. Throws HolterError where a network has a layer that these kernels lack.
 */
export function peerModel(graph: IntGraph, { manifest }: Build, kernels: string): string {
  const places = placesOf(graph)
  const at = (tensor: number) => `((int8_t *)ram + ${places[tensor].place})`
  const parts = prepareGraph(graph).map((node, i) =>
    partOf({ node, i, inputs: node.dataInputs.map(at), output: at(graph.nodes[i].outputs[0]) }),
  )
  const ports = (tensors: readonly number[]) =>
    tensors.map(tensor => `{${places[tensor].place}, ${places[tensor].bytes}, 8}`).join(', ')
  return [
    `#include "${kernels}"`,
    '#include "holter.h"',
    '#include <setjmp.h>',
    '#include <string.h>',
    `#define RAM_BYTES ${places.reduce((bytes, { place, bytes: own }) => Math.max(bytes, place + own), 0)}u`,
    '#define ADC_BASELINE ((int64_t)0)',
    '#define ADC_MULTIPLIER ((int64_t)1)',
    '#define ADC_OFFSET ((int64_t)0)',
    '#define INPUT_LEAST (-128)',
    '#define INPUT_LARGEST 127',
    'static jmp_buf fault_place;',
    'static const char *fault_text = "";',
    'static uint8_t ram[RAM_BYTES] __attribute__((aligned(16)));',
    'typedef struct { uint32_t place, bytes, bits; } holter_place;',
    `static const holter_place input_places[] = {${ports(graph.inputs)}};`,
    `static const holter_place output_places[] = {${ports(graph.outputs)}};`,
    'static const holter_identity_t identity = {',
    `  "${plain(manifest.name)}", "${manifest.tools.holter}", "${manifest.modelSha256}",`,
    `  ${graph.inputs.length}, ${graph.outputs.length}, ${manifest.macs}, RAM_BYTES`,
    '};',
    ...parts.flatMap(({ constants }) => constants),
    '__attribute__((noinline)) static void module_run_0(void) {',
    ...parts.flatMap(({ run }) => run.map(line => `  ${line}`)),
    '}',
    '#include "interface.h"',
    '',
  ].join('\n')
}

/** A place of its own for each tensor that is computed. */
function placesOf(graph: IntGraph): { place: number; bytes: number }[] {
  let end = 0
  return graph.tensors.map(tensor => {
    const bytes = tensor.data ? 0 : tensorBytes(tensor)
    const place = end
    end += Math.ceil(bytes / 16) * 16
    return { place, bytes }
  })
}

function partOf(scene: Scene): Part {
  const { op, view } = scene.node
  const part = PARTS[op.kind]?.(scene)
  if (part) return part
  throw new HolterError({ stage: 'package', where: view.name, problem: `plain C has no layer for this`, got: op.kind })
}

const PARTS: Readonly<Record<string, (scene: Scene) => Part | undefined>> = {
  conv2d: convolution,
  fullyConnected: dense,
  mean: scene => reduction(scene, 0),
  reduceMax: scene => reduction(scene, 1),
  concatenation,
  add: sum,
}

function convolution({ node, i, inputs, output }: Scene): Part | undefined {
  const p = node.constants as Convolution
  const w = p.window
  if (p.int16 || p.groups !== 1 || w.dilationH !== 1 || w.dilationW !== 1 || w.batches !== 1) return undefined
  const sizes = [w.inH, w.inW, w.inC, w.outH, w.outW, p.outC, w.filterH, w.filterW, w.strideH, w.strideW, w.padTop]
  const all = [...sizes, w.padLeft, p.inputZero, p.outputZero, p.min, p.max]
  return {
    constants: [`static const conv2d_t layer_${i} = {${all.join(', ')}};`, ...channelArrays(p, i)],
    run: [`run_conv2d(${inputs[0]}, ${output}, &layer_${i}, filter_${i}, bias_${i}, multiplier_${i}, shift_${i});`],
  }
}

function dense({ node, i, inputs, output }: Scene): Part | undefined {
  const p = node.constants as Dense
  if (p.wide) return undefined
  const perTensor = node.view.inputs[1]?.quantization?.scale.length === 1 ? 1 : 0
  const all = [p.rows, p.depth, p.outC, p.inputZero, p.outputZero, p.min, p.max, perTensor]
  return {
    constants: [`static const dense_t layer_${i} = {${all.join(', ')}};`, ...channelArrays(p, i)],
    run: [`run_dense(${inputs[0]}, ${output}, &layer_${i}, filter_${i}, bias_${i}, multiplier_${i}, shift_${i});`],
  }
}

function channelArrays(p: Convolution | Dense, i: number): string[] {
  return [
    `static const int8_t filter_${i}[] __attribute__((aligned(4))) = {${p.filter.join(', ')}};`,
    ...(['bias', 'multiplier', 'shift'] as const).map(
      name => `static const int32_t ${name}_${i}[] = {${Array.from(p[name]).join(', ')}};`,
    ),
  ]
}

function reduction({ node, i, inputs, output }: Scene, isLargest: 0 | 1): Part {
  const p = node.constants as Record<string, number>
  const names = ['outer', 'first', 'between', 'second', 'inner']
  const scale = ['multiplier', 'shift', 'inputZero', 'outputZero', 'min', 'max']
  const all = [...names, ...scale].map(name => p[name] ?? 0)
  return {
    constants: [`static const reduce_t layer_${i} = {${all.join(', ')}};`],
    run: [`run_reduce(${inputs[0]}, ${output}, &layer_${i}, ${isLargest});`],
  }
}

/** Of rows that lie side by side already: each piece as a whole. */
function concatenation({ node, inputs, output }: Scene): Part | undefined {
  const { outer, pieces } = node.constants as { outer: number; pieces: readonly number[] }
  if (outer !== 1 || pieces.length !== inputs.length) return undefined
  const ends = pieces.map((_, k) => pieces.slice(0, k).reduce((a, b) => a + b, 0))
  return { constants: [], run: inputs.map((from, k) => `memcpy(${output} + ${ends[k]}, ${from}, ${pieces[k]});`) }
}

function sum({ node, i, inputs, output }: Scene): Part | undefined {
  const p = node.constants as ScaledSumPrepared
  const [a, b] = node.view.inputs as readonly IntTensor[]
  const count = elements(node.view.outputs[0].shape)
  if (inputs.length !== 2 || elements(a.shape) !== count || elements(b.shape) !== count) return undefined
  const factors = [...p.factors, p.outputFactor].flatMap(({ multiplier, shift }) => [multiplier, shift])
  const all = [count, ...p.zeroPoints, p.leftShift, ...factors, p.outputZero, p.min, p.max]
  return {
    constants: [`static const add_t layer_${i} = {${all.join(', ')}};`],
    run: [`run_add(${inputs.join(', ')}, ${output}, &layer_${i});`],
  }
}
