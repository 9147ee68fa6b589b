import { closest, HolterError } from '../errors.ts'
import { add } from './add.ts'
import { averagePool2d } from './average-pool2d.ts'
import { concatenation } from './concatenation.ts'
import { conv2d } from './conv2d.ts'
import { depthwiseConv2d } from './depthwise-conv2d.ts'
import { fullyConnected } from './fully-connected.ts'
import { hardSwish } from './hard-swish.ts'
import { leakyRelu } from './leaky-relu.ts'
import { logistic } from './logistic.ts'
import { maxPool2d } from './max-pool2d.ts'
import { mean } from './mean.ts'
import { mul } from './mul.ts'
import type { Op } from './op.ts'
import { pad } from './pad.ts'
import { padV2 } from './pad-v2.ts'
import { quantize } from './quantize.ts'
import { relu } from './relu.ts'
import { relu6 } from './relu6.ts'
import { reshape } from './reshape.ts'
import { softmax } from './softmax.ts'
import { sub } from './sub.ts'
import { tanh } from './tanh.ts'

/** Every operator that Holter knows: one file, one line. */
export const ops: readonly Op[] = [
  add,
  averagePool2d,
  concatenation,
  conv2d,
  depthwiseConv2d,
  fullyConnected,
  hardSwish,
  leakyRelu,
  logistic,
  maxPool2d,
  mean,
  mul,
  pad,
  padV2,
  quantize,
  relu,
  relu6,
  reshape,
  softmax,
  sub,
  tanh,
]

const byKind = new Map(ops.map(op => [op.kind, op]))
const byCode = new Map(ops.map(op => [op.tflite.code, op]))

/** Returns the op of a kind; an unknown kind is an error. */
export function opByKind(kind: string): Op {
  const found = byKind.get(kind)
  if (found) return found
  const near = closest(kind, [...byKind.keys()])
  throw new HolterError({
    stage: 'codegen',
    where: kind,
    problem: 'no such operator',
    hint: near && `Did you mean ${near}`,
  })
}

/** Returns the op of a TFLite builtin code, or undefined when Holter has none. */
export function opByCode(code: number): Op | undefined {
  return byCode.get(code)
}
