import { closest, HolterError } from '../errors.ts'
import type { Op } from './op.ts'

/** Ops by the names that graphs and files have for them. */
export class OperatorSet {
  readonly ops: readonly Op[]
  private readonly kinds: ReadonlyMap<string, Op>
  private readonly codes = new Map<number, Op>()
  private readonly customs = new Map<string, Op>()

  constructor(ops: readonly Op[]) {
    this.ops = ops
    this.kinds = new Map(ops.map(op => [op.kind, op]))
    for (const op of ops) {
      if (op.tflite.nodes) continue
      if (op.tflite.custom === undefined) this.codes.set(op.tflite.code, op)
      else this.customs.set(op.tflite.custom, op)
    }
  }

  /** Returns the op of a kind; an unknown kind is an error. */
  byKind(kind: string): Op {
    const found = this.kinds.get(kind)
    if (found) return found
    const near = closest(kind, [...this.kinds.keys()])
    throw new HolterError({
      stage: 'ops',
      where: kind,
      problem: 'no such operator',
      hint: near && `Did you mean ${near}?`,
    })
  }

  /** Whether a kind is one of these ops. */
  has(kind: string): boolean {
    return this.kinds.has(kind)
  }

  /** Returns the op of a TFLite builtin code, or undefined when there is none. */
  byCode(code: number): Op | undefined {
    return this.codes.get(code)
  }

  /** Returns the op of a CUSTOM operator's name, or undefined when there is none. */
  byCustomName(name: string): Op | undefined {
    return this.customs.get(name)
  }
}
