import { HolterError } from '../errors.ts'
import type { Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { quantizeIndices } from './parts/indices.ts'
import { emitMove, type Movement, move } from './parts/movement.ts'
import { asPlane, blockCase, blockInputs, gather } from './parts/space-batch.ts'

/**
 * BATCH_TO_SPACE_ND: puts the blocks of a batch back into planes and cuts the crops off.
 * Inputs: x [N, H, C] or [N, H, W, C], block shape, crops (int32, constant).
 */
export const batchToSpaceNd: Op<Record<string, never>, readonly Movement[]> = {
  kind: 'batchToSpaceNd',
  truth: 'tflite-micro',
  tflite: { code: 37, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, block, crops]) => [planeShape(x!.shape, block, crops)],
  evaluate(tf, _, [x, block, crops]) {
    return tf.batchToSpaceND(x!, Array.from(block!.dataSync()), crops!.arraySync() as number[][])
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ name, inputs: [x, block, crops], outputs: [y] }) {
    const { block: sizes, borders: edges } = blockInputs(x!.shape, block, crops)
    const blocks = { plane: asPlane(y.shape), batch: asPlane(x!.shape), block: sizes, top: edges[0], left: edges[2] }
    return gather(blocks, name)
  },
  reference(moves, [x], [y]) {
    for (const each of moves) move(each, x, y)
  },
  kernels: [{ name: 'batch-to-space-nd', emit: (moves, to) => moves.map(each => emitMove(each, to)).join('\n') }],
  macs: () => 0,
  cases: () => [
    toSpaceCase('time, dilation 3', [3, 6, 4], [3], [3, 5]),
    toSpaceCase('one row', [4, 1, 3, 5], [1, 4], [0, 0, 0, 0]),
    toSpaceCase('plane with crops', [12, 3, 3, 3], [2, 3], [1, 1, 2, 2]),
  ],
}

function planeShape(x: Shape, block: Shaped | undefined, crops: Shaped | undefined): number[] {
  const { block: sizes, borders: edges } = blockInputs(x, block, crops)
  const plane = x.slice(1, -1).map((n, axis) => n * sizes[axis] - edges[2 * axis] - edges[2 * axis + 1])
  const count = x[0] / (sizes[0] * sizes[1])
  if (!Number.isInteger(count) || plane.some(n => n < 1)) {
    const got = `blocks [${sizes}] and crops [${edges}] of [${x}]`
    throw new HolterError({ stage: 'codegen', where: 'batchToSpaceNd', problem: 'nothing whole is left', got })
  }
  return [count, ...plane, x[x.length - 1]]
}

const toSpaceCase = (name: string, x: number[], block: number[], crops: number[]) =>
  blockCase('batchToSpaceNd', name, x, inputs => batchToSpaceNd.outputShapes({}, inputs)[0], block, crops)
