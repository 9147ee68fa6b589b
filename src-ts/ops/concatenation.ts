import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import { type ConcatenationPrepared, concatenate } from './kernels/concatenate.ts'
import type { Op } from './op.ts'
import { type Activation, activate, activations } from './parts/activation.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'

export interface ConcatenationAttrs {
  readonly axis: number
  readonly activation: Activation
}

/** CONCATENATION: a copy; every input has the output's scale and zero point. */
export const concatenation: Op<ConcatenationAttrs, ConcatenationPrepared> = {
  kind: 'concatenation',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 2,
    options: 10,
    read: o => ({ axis: o.int32(0, 0), activation: activations[o.int8(1, 0)] }),
    write(builder, attrs) {
      builder.startObject(2)
      builder.addFieldInt32(0, attrs.axis, 0)
      builder.addFieldInt8(1, activations.indexOf(attrs.activation), 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, inputs) {
    const shapes = inputs.map(x => x!.shape)
    const axis = attrs.axis < 0 ? attrs.axis + shapes[0].length : attrs.axis
    const rest = (shape: Shape) => shape.map((n, i) => (i === axis ? -1 : n)).join()
    if (!(axis >= 0 && axis < shapes[0].length) || shapes.some(shape => rest(shape) !== rest(shapes[0]))) {
      throw new HolterError({
        stage: 'codegen',
        where: 'concatenation',
        problem: 'inputs do not fit together',
        got: `${shapes.map(shape => `[${shape}]`).join(' and ')} along axis ${attrs.axis}`,
      })
    }
    return [shapes[0].map((n, i) => (i === axis ? shapes.reduce((sum, shape) => sum + shape[axis], 0) : n))]
  },
  evaluate: (tf, attrs, inputs) => activate(tf, attrs.activation, tf.concat(inputs as never, attrs.axis)),
  quantization: { kind: 'same-as-input' },
  prepare(node) {
    const out = quantizationOf(node.outputs[0])
    for (const input of node.inputs) {
      const { scale, zeroPoint } = quantizationOf(input!)
      const { type } = node.outputs[0]
      if (scale[0] === out.scale[0] && zeroPoint[0] === out.zeroPoint[0] && input!.type === type) continue
      throw new HolterError({
        stage: 'codegen',
        where: node.name,
        problem: `input ${input!.name} of a concatenation has another type or quantization than its output`,
        got: `${input!.type}, ${scale[0]}, ${zeroPoint[0]}`,
        expected: `${type}, ${out.scale[0]}, ${out.zeroPoint[0]}`,
      })
    }
    if (node.attrs.activation !== 'none') {
      throw new HolterError({
        stage: 'codegen',
        where: node.name,
        problem: 'a concatenation with a fused activation is not defined by TFLM',
        got: node.attrs.activation,
        expected: 'none',
      })
    }
    const rank = node.outputs[0].shape.length
    const axis = node.attrs.axis < 0 ? node.attrs.axis + rank : node.attrs.axis
    return {
      outer: elements(node.outputs[0].shape.slice(0, axis)),
      pieces: node.inputs.map(x => elements(x!.shape.slice(axis))),
      ofRows: axis === rank - 1,
      constants: node.inputs.map(x => x!.data as Int8Array | undefined),
    }
  },
  reference({ outer, pieces, constants }, inputs, [y]) {
    const computed = inputs[Symbol.iterator]()
    const all = constants.map(constant => constant ?? computed.next().value!)
    let at = 0
    for (let row = 0; row < outer; row++) {
      all.forEach((x, i) => {
        for (let k = 0; k < pieces[i]; k++) y[at++] = x[row * pieces[i] + k]
      })
    }
  },
  kernels: [concatenate],
  macs: () => 0,
  cases: () => [
    concat(
      'channels',
      [
        [1, 1, 9, 5],
        [1, 1, 9, 16],
        [1, 1, 9, 3],
      ],
      3,
    ),
    concat(
      'time',
      [
        [1, 1, 4, 6],
        [1, 1, 7, 6],
      ],
      2,
    ),
    concat(
      'negative axis',
      [
        [2, 3],
        [2, 8],
      ],
      -1,
    ),
    concat('one input', [[1, 12]], 1),
    concat(
      'a constant between',
      [
        [1, 1, 4, 6],
        [1, 1, 4, 2],
        [1, 1, 4, 3],
      ],
      3,
      1,
    ),
  ],
}

function concat(name: string, shapes: number[][], axis: number, constant?: number) {
  const attrs: ConcatenationAttrs = { axis, activation: 'none' }
  const [shape] = concatenation.outputShapes(
    attrs,
    shapes.map(s => ({ shape: s })),
  )
  const quantization = { scale: 0.07, zeroPoint: 12 }
  return caseNode<ConcatenationAttrs>(
    name,
    'concatenation',
    attrs,
    shapes.map((s, i) => ({ shape: s, ...quantization, ...(i === constant && { constant: 100 }) })),
    [{ shape, ...quantization }],
  )
}
