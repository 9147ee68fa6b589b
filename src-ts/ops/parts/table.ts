import { elements, type IntTensor } from '../../ir/graph.ts'

/** An int8 → int8 function as its 256 values: entry q + 128 holds f(q). */
export interface TablePrepared {
  readonly table: Int8Array
  readonly count: number
}

/** Returns the table of a function of one int8, made at compile time: the table is the reference. */
export function tableOf(f: (q: number) => number, output: IntTensor): TablePrepared {
  return { table: Int8Array.from({ length: 256 }, (_, i) => f(i - 128)), count: elements(output.shape) }
}

export function lookUp(
  { table, count }: TablePrepared,
  x: ArrayLike<number | bigint>,
  y: { [i: number]: number | bigint },
): void {
  for (let i = 0; i < count; i++) y[i] = table[Number(x[i]) + 128]
}
