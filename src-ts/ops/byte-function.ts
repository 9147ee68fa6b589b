import { HolterError } from '../errors.ts'
import { tableKernel } from './kernels/table.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { lookUp, type TablePrepared, tableOf } from './parts/table.ts'

export interface ByteFunctionAttrs {
  /** f(q) for q = −128 … 127. */
  readonly table: readonly number[]
}

/** Any function of one int8: what passes/int/fuse-byte-functions.ts makes of several nodes. Files hold it where a graph is written after that. */
export const byteFunction: Op<ByteFunctionAttrs, TablePrepared> = {
  kind: 'byteFunction',
  truth: 'independent',
  rowwise: true,
  channelwise: oneInput,
  tflite: {
    custom: 'HolterByteFunction',
    read: bytes => ({ table: Array.from(new Int8Array(bytes)) }),
    write: ({ table }) => new Uint8Array(Int8Array.from(table).buffer),
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate() {
    throw new HolterError({ stage: 'ops', where: 'byteFunction', problem: 'a table of integers has no real numbers' })
  },
  quantization: { kind: 'calibrated' },
  prepare({ name, attrs: { table }, inputs: [x], outputs: [y] }) {
    quantizationOf(x!)
    const inside = table.every(q => Number.isInteger(q) && q >= -128 && q <= 127)
    if (table.length === 256 && inside) return tableOf(q => table[q + 128], y)
    throw new HolterError({ stage: 'ops', where: name, problem: 'a table holds 256 int8', got: table.length })
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  kernels: [tableKernel],
  macs: () => 0,
  cases: () => [tableCase('reversed', q => -1 - q), tableCase('squared', q => (q * q) >> 8)],
}

function tableCase(name: string, f: (q: number) => number) {
  const table = Array.from({ length: 256 }, (_, i) => f(i - 128))
  const tensor = { shape: [1, 77], scale: 0.05, zeroPoint: 3 }
  return caseNode<ByteFunctionAttrs>(name, 'byteFunction', { table }, [tensor], [tensor])
}
