import { HolterError } from '../errors.ts'
import { elements } from '../ir/graph.ts'
import { type Activation, activate, activations } from './activation.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'
import type { Op } from './op.ts'

export interface ConcatenationAttrs {
  readonly axis: number
  readonly activation: Activation
}

export interface ConcatenationPrepared {
  /** Number of pieces that each input is cut into: the product of the axes before `axis`. */
  readonly outer: number
  /** Bytes of one piece of each input. */
  readonly pieces: readonly number[]
}

/** CONCATENATION: a byte copy; every input has the output's scale and zero point. */
export const concatenation: Op<ConcatenationAttrs, ConcatenationPrepared> = {
  kind: 'concatenation',
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
    const first = inputs[0]!.shape
    const axis = attrs.axis < 0 ? attrs.axis + first.length : attrs.axis
    return [first.map((n, i) => (i === axis ? inputs.reduce((sum, x) => sum + x!.shape[axis], 0) : n))]
  },
  evaluate: (tf, attrs, inputs) => activate(tf, attrs.activation, tf.concat(inputs as never, attrs.axis)),
  quantization: { kind: 'same-as-input' },
  prepare(node) {
    const out = quantizationOf(node.outputs[0])
    for (const input of node.inputs) {
      const { scale, zeroPoint } = quantizationOf(input!)
      if (scale[0] === out.scale[0] && zeroPoint[0] === out.zeroPoint[0]) continue
      throw new HolterError({
        stage: 'codegen',
        where: node.name,
        problem: `input ${input!.name} of a concatenation has another quantization than its output`,
        got: `${scale[0]}, ${zeroPoint[0]}`,
        expected: `${out.scale[0]}, ${out.zeroPoint[0]}`,
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
    }
  },
  reference({ outer, pieces }, inputs, [y]) {
    let at = 0
    for (let row = 0; row < outer; row++) {
      inputs.forEach((x, i) => {
        for (let k = 0; k < pieces[i]; k++) y[at++] = x[row * pieces[i] + k]
      })
    }
  },
  emit({ outer, pieces }, to) {
    const pitch = pieces.reduce((a, b) => a + b, 0)
    let offset = 0
    const calls = pieces.map((bytes, i) => {
      const text = to.call('copy', 'copyRows', [
        ['from', to.input(i), bytes],
        ['to', to.output(0) + offset, pitch],
        ['rows', outer, bytes],
      ])
      offset += bytes
      return text
    })
    return calls.join('\n')
  },
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
  ],
}

function concat(name: string, shapes: number[][], axis: number) {
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
    shapes.map(s => ({ shape: s, ...quantization })),
    [{ shape, ...quantization }],
  )
}
