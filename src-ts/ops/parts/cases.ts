import { arrays, elements, type IntTensor, type IntType } from '../../ir/graph.ts'
import { random } from '../../random.ts'
import type { Case } from '../op.ts'

/** A tensor of a test case. `constant` is the largest magnitude of its random data; without it the tensor is fed. */
export interface CaseTensor {
  readonly shape: readonly number[]
  readonly scale: number | readonly number[]
  readonly zeroPoint?: number
  readonly axis?: number
  readonly type?: IntType
  readonly constant?: number
  /** Exact data instead of random data. */
  readonly data?: Int32Array | Int8Array | Uint8Array
}

/** Returns a node with random constants, seeded by its name: the same in every run and on every machine. */
export function caseNode<Attrs>(
  name: string,
  op: string,
  attrs: Attrs,
  inputs: readonly (CaseTensor | undefined)[],
  outputs: readonly CaseTensor[],
): Case<Attrs> {
  const seed = [...`${op} ${name}`].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), 7)
  const stream = random(seed)
  const tensor = (t: CaseTensor, i: number, role: string): IntTensor => {
    const scale = typeof t.scale === 'number' ? [Math.fround(t.scale)] : t.scale.map(s => Math.fround(s))
    const type = t.type ?? 'int8'
    const drawn = t.constant === undefined ? undefined : { ...t, constant: t.constant }
    const draw = () => Math.round((2 * stream.uniform() - 1) * drawn!.constant)
    const data = t.data ?? (drawn && filled(type, elements(t.shape), draw))
    const axis = scale.length > 1 ? (t.axis ?? 0) : 0
    const quantization = { scale, zeroPoint: scale.map(() => t.zeroPoint ?? 0), axis }
    return { name: `${role}${i}`, shape: t.shape, type, quantization, ...(data ? { data } : {}) }
  }
  return {
    name,
    node: {
      name: `${op}: ${name}`,
      attrs,
      inputs: inputs.map((t, i) => t && tensor(t, i, 'input')),
      outputs: outputs.map((t, i) => tensor(t, i, 'output')),
    },
  }
}

function filled(type: IntType, count: number, draw: () => number): Int8Array | Int16Array | Int32Array {
  const data = new arrays[type as 'int8' | 'int16' | 'int32'](count)
  for (let i = 0; i < count; i++) data[i] = draw()
  return data
}
