import { ops } from '../../ops/index.ts'
import type { Op } from '../../ops/op.ts'

/** The part of an op that real numbers need. */
export type FloatOp = Pick<Op, 'kind' | 'outputShapes' | 'evaluate' | 'sameBytes' | 'linear' | 'fusesActivation'>

/** Kinds that a FloatGraph may hold until the passes have run; relu does too, but is an operator that may stay. */
const beforePasses: readonly FloatOp[] = [
  {
    kind: 'batchNorm',
    outputShapes: (_, [x]) => [x!.shape],
    evaluate(tf, { epsilon }, [x, gamma, beta, mean, variance]) {
      const scale = tf.div(gamma!, tf.sqrt(tf.add(variance!, epsilon)))
      return tf.add(tf.mul(tf.sub(x!, mean!), scale), beta!)
    },
  },
]

const byKind = new Map<string, FloatOp>([...beforePasses, ...ops].map(op => [op.kind, op]))

/** Returns the op of a kind, the kinds before the passes included; undefined if there is none. */
export function floatOpByKind(kind: string): FloatOp | undefined {
  return byKind.get(kind)
}
