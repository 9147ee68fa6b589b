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
      ['table', to.data(table, 1)],
    ]),
}
