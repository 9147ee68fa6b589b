import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { quantizationOf } from './parts/channels.ts'
import { quantizeIndices } from './parts/indices.ts'
import { emitMove, type Movement, move } from './parts/movement.ts'
import { asPlane, blockCase, blockInputs, deal } from './parts/space-batch.ts'

export interface SpaceToBatchPrepared {
  readonly moves: readonly Movement[]
  /** What borders hold. */
  readonly value: number
  /** Bytes of the output; 0 where no border is left to fill. */
  readonly filled: number
}

/**
 * SPACE_TO_BATCH_ND: deals every block of height × width out to the batch, with borders of the zero point, so that a dilated
 * convolution becomes a dense one. Inputs: x [N, H, C] or [N, H, W, C], block shape, paddings (int32, constant).
 * TFLM leaves the value of borders uninitialized (space_to_batch_nd.cc), so it is no truth there; TFLite gives them the zero point.
 */
export const spaceToBatchNd: Op<Record<string, never>, SpaceToBatchPrepared> = {
  kind: 'spaceToBatchNd',
  truth: 'tflite-micro',
  tflite: { code: 38, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, block, borders]) => [batchShape(x!.shape, block, borders)],
  evaluate(tf, _, [x, block, borders]) {
    const edges = borders!.arraySync() as number[][]
    return tf.spaceToBatchND(x!, Array.from(block!.dataSync()), edges)
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ name, inputs: [x, block, borders], outputs: [y] }) {
    const { block: sizes, borders: edges } = blockInputs(x!.shape, block, borders)
    const blocks = { plane: asPlane(x!.shape), batch: asPlane(y.shape), block: sizes, top: edges[0], left: edges[2] }
    return {
      moves: deal(blocks, name),
      value: quantizationOf(y).zeroPoint[0],
      filled: elements(y.shape) > elements(x!.shape) ? elements(y.shape) : 0,
    }
  },
  reference({ moves, value, filled }, [x], [y]) {
    if (filled) y.fill(value as never)
    for (const each of moves) move(each, x, y)
  },
  kernels: [
    {
      name: 'space-to-batch-nd',
      emit({ moves, value, filled }, to) {
        const fill = filled ? [to.call('copy', 'fill', [['output', to.output(0), filled, value]])] : []
        return [...fill, ...moves.map(each => emitMove(each, to))].join('\n')
      },
    },
  ],
  macs: () => 0,
  cases: () => [
    toBatchCase('time, dilation 3', [1, 10, 4], [3], [3, 5]),
    toBatchCase('one row', [1, 1, 12, 5], [1, 4], [0, 0, 0, 0]),
    toBatchCase('plane with borders', [2, 4, 5, 3], [2, 3], [1, 1, 2, 2]),
    toBatchCase('borders wider than a block', [1, 2, 2, 1], [2, 2], [4, 0, 0, 4]),
  ],
}

function batchShape(x: Shape, block: Shaped | undefined, borders: Shaped | undefined): number[] {
  const { block: sizes, borders: edges } = blockInputs(x, block, borders)
  const padded = x.slice(1, -1).map((n, axis) => n + edges[2 * axis] + edges[2 * axis + 1])
  if (padded.some((n, axis) => n % sizes[axis])) {
    const got = `[${padded}] and [${sizes}]`
    throw new HolterError({
      stage: 'codegen',
      where: 'spaceToBatchNd',
      problem: 'padded sizes are no whole blocks',
      got,
    })
  }
  return [x[0] * sizes[0] * sizes[1], ...padded.map((n, axis) => n / sizes[axis]), x[x.length - 1]]
}

const toBatchCase = (name: string, x: number[], block: number[], borders: number[]) =>
  blockCase('spaceToBatchNd', name, x, inputs => spaceToBatchNd.outputShapes({}, inputs)[0], block, borders)
