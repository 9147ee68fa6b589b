import { closest, HolterError } from '../errors.ts'
import { add } from './add.ts'
import { concatenation } from './concatenation.ts'
import { conv2d } from './conv2d.ts'
import { depthwiseConv2d } from './depthwise-conv2d.ts'
import { fullyConnected } from './fully-connected.ts'
import { logistic } from './logistic.ts'
import { maxPool2d } from './max-pool2d.ts'
import { mean } from './mean.ts'
import type { Op } from './op.ts'
import { reshape } from './reshape.ts'

/** Every operator that Holter knows: one file, one line. */
export const ops: readonly Op[] = [
  add,
  concatenation,
  conv2d,
  depthwiseConv2d,
  fullyConnected,
  logistic,
  maxPool2d,
  mean,
  reshape,
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
