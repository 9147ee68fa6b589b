import { clamp, roundHalfAway } from '../ir/fixed-point.ts'
import { tableKernel } from './kernels/table.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { erfc } from './parts/erfc.ts'
import { lookUp, type TablePrepared, tableOf } from './parts/table.ts'

export interface GeluAttrs {
  /** By tanh instead of erfc. */
  readonly approximate: boolean
}

/** GELU, x · Φ(x): TFLM has no kernel; LiteRT fills a table in float32 (gelu.h), each step of which is rounded here as there. */
export const gelu: Op<GeluAttrs, TablePrepared> = {
  kind: 'gelu',
  truth: 'litert',
  rowwise: true,
  channelwise: oneInput,
  tflite: {
    code: 150,
    options: 116,
    read: o => ({ approximate: o.bool(0, false) }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldInt8(0, attrs.approximate ? 1 : 0, 0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate(tf, { approximate }, [x]) {
    const twice = approximate
      ? tf.tanh(tf.mul(tf.add(x!, tf.mul(tf.pow(x!, 3), 0.044715)), Math.sqrt(2 / Math.PI)))
      : tf.erf(tf.mul(x!, Math.SQRT1_2))
    return tf.mul(tf.mul(x!, 0.5), tf.add(twice, 1))
  },
  quantization: { kind: 'calibrated' },
  prepare({ attrs, inputs: [x], outputs: [y] }) {
    const from = quantizationOf(x!)
    const to = quantizationOf(y)
    const inverse = f32(1 / to.scale[0])
    const transform = attrs.approximate ? byTanh : byErfc
    return tableOf(q => {
      const real = transform(f32(from.scale[0] * (q - from.zeroPoint[0])))
      return clamp(roundHalfAway(f32(real * inverse)) + to.zeroPoint[0], -128, 127)
    }, y)
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  kernels: [tableKernel],
  macs: () => 0,
  cases: () =>
    [false, true].flatMap(approximate => [
      geluCase(0.05, 0.03, 0, approximate),
      geluCase(0.2, 0.01, -100, approximate),
      geluCase(0.001, 0.001, 20, approximate),
    ]),
}

const f32 = Math.fround

/** x / 2 · erfc(−x / √2). */
function byErfc(x: number): number {
  return f32(f32(0.5 * x) * f32(erfc(f32(x * f32(-Math.SQRT1_2)))))
}

/** x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³))). */
function byTanh(x: number): number {
  const cubic = f32(f32(f32(f32(0.044715) * x) * x) * x)
  const tanh = f32(Math.tanh(f32(f32(Math.sqrt(2 / Math.PI)) * f32(x + cubic))))
  return f32(f32(0.5 * x) * f32(1 + tanh))
}

function geluCase(scale: number, outScale: number, zeroPoint: number, approximate: boolean) {
  const shape = [1, 77]
  const name = `${scale} to ${outScale}${approximate ? ', by tanh' : ''}`
  const output = { shape, scale: outScale, zeroPoint: -90 }
  return caseNode<GeluAttrs>(name, 'gelu', { approximate }, [{ shape, scale, zeroPoint }], [output])
}
