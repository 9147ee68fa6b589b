import type { IntData } from '../../ir/graph.ts'
import type { Emitter } from '../kernel.ts'
import {
  broadcastShape,
  forEachPair,
  type Operands,
  operandAddresses,
  operandData,
  walkArguments,
} from './broadcast.ts'
import { caseNode } from './cases.ts'

/**
 * MAXIMUM (sign 1) and MINIMUM (sign −1) compare the bytes as they are: TFLM does not look at scales. Where operands and output
 * differ in theirs, the bytes are TFLM's and the real numbers they stand for are not the larger ones.
 */
export function extremum(p: Operands, inputs: readonly IntData[], y: any, sign: 1 | -1): void {
  const [a, b] = operandData(p, inputs)
  forEachPair(p, (at, inA, inB) => {
    y[at] = sign * Math.max(sign * Number(a[inA]), sign * Number(b[inB]))
  })
}

export function emitExtremum(p: Operands, to: Emitter, name: 'maximum' | 'minimum'): string {
  const [a, b] = operandAddresses(p, to)
  return to.call('extremum', `${name}<${to.element.name}>`, [
    ['a', a],
    ['b', b],
    ['output', to.output(0)],
    ...walkArguments(p, to),
  ])
}

export function extremumCase(kind: string, name: string, a: number[], b: number[], constant?: number) {
  const quantization = { scale: 0.05, zeroPoint: -3 }
  const operands = [
    { shape: a, ...quantization },
    { shape: b, ...quantization, ...(constant && { constant }) },
  ]
  return caseNode(name, kind, {}, operands, [{ shape: broadcastShape(a, b), ...quantization }])
}
