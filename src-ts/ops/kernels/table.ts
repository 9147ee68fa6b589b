import type { Kernel } from '../kernel.ts'
import type { TablePrepared } from '../parts/table.ts'

/** A function of one int8 by its 256 values. */
export const tableKernel: Kernel<TablePrepared> = {
  name: 'table',
  fits: p => 'table' in p,
  inPlace: () => [0],
  emit: ({ table, count }, to) =>
    to.call('table', 'lookUp', [
      ['input', to.input(0), count],
      ['output', to.output(0)],
      ['table', to.data(byUnsigned(table), 1)],
    ]),
}

/** The table in the order of the bytes' unsigned values: 0 … 127, −128 … −1. */
function byUnsigned(table: Int8Array): Int8Array {
  return Int8Array.of(...table.subarray(128), ...table.subarray(0, 128))
}
