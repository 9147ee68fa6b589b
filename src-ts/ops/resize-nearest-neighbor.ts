import { HolterError } from '../errors.ts'
import { roundHalfAway } from '../ir/fixed-point.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf, quantizeIndices } from './parts/indices.ts'

export interface ResizeAttrs {
  /** The corners of input and output lie on each other. */
  readonly alignCorners: boolean
  /** A pixel's place is its middle. */
  readonly halfPixelCenters: boolean
}

export interface ResizePrepared {
  readonly batches: number
  readonly inH: number
  readonly inW: number
  readonly channels: number
  /** Input row of each output row, and column of each column. */
  readonly rows: Int32Array
  readonly columns: Int32Array
}

/** RESIZE_NEAREST_NEIGHBOR of [N, H, W, C]. Inputs: x, size (int32 [2], constant: new height and width). */
export const resizeNearestNeighbor: Op<ResizeAttrs, ResizePrepared> = {
  kind: 'resizeNearestNeighbor',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 97,
    options: 74,
    read: o => ({ alignCorners: o.bool(0, false), halfPixelCenters: o.bool(1, false) }),
    write(builder, attrs) {
      builder.startObject(2)
      builder.addFieldInt8(0, attrs.alignCorners ? 1 : 0, 0)
      builder.addFieldInt8(1, attrs.halfPixelCenters ? 1 : 0, 0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x, size]) => [resizedShape(x, size)],
  evaluate(tf, attrs, [x, size]) {
    const [height, width] = size!.dataSync()
    return tf.image.resizeNearestNeighbor(x as never, [height, width], attrs.alignCorners, attrs.halfPixelCenters)
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ attrs, inputs: [x, size] }) {
    const [, height, width] = resizedShape(x, size)
    const [batches, inH, inW, channels] = x!.shape
    return {
      batches,
      inH,
      inW,
      channels,
      rows: nearest(attrs, inH, height),
      columns: nearest(attrs, inW, width),
    }
  },
  reference({ batches, inH, inW, channels, rows, columns }, [x], [y]) {
    let at = 0
    for (let b = 0; b < batches; b++) {
      for (const row of rows) {
        for (const column of columns) {
          for (let c = 0; c < channels; c++) y[at++] = x[((b * inH + row) * inW + column) * channels + c]
        }
      }
    }
  },
  kernels: [
    {
      name: 'resize-nearest-neighbor',
      emit: ({ batches, inH, inW, channels, rows, columns }, to) =>
        to.call('resize-nearest-neighbor', 'resizeNearestNeighbor', [
          ['input', to.input(0), batches, inH, inW, channels * to.element.bytes],
          ['output', to.output(0)],
          ['input row of each row', to.data(rows, 4), rows.length],
          ['input column of each column', to.data(columns, 4), columns.length],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [
    resizeCase('twice as long', [1, 1, 9, 5], [1, 18]),
    resizeCase('corners', [1, 4, 5, 2], [7, 9], { alignCorners: true }),
    resizeCase('middles', [2, 4, 5, 2], [3, 11], { halfPixelCenters: true }),
    resizeCase('one pixel', [1, 4, 5, 3], [1, 1]),
  ],
}

/** Returns the shape of [N, H, W, C] with another height and width. */
export function resizedShape(x: Shaped | undefined, size: Shaped | undefined): number[] {
  const sizes = indicesOf(size, 'size')
  if (x?.shape.length === 4 && sizes.length === 2 && sizes.every(n => n >= 1)) return [x.shape[0], ...sizes, x.shape[3]]
  const got = `[${x?.shape}] to [${sizes}]`
  throw new HolterError({ stage: 'ops', where: 'resize', problem: 'only [N, H, W, C] has a height and width', got })
}

/** Returns the nearest input place of each output place, in float32 as TFLM computes it (resize_nearest_neighbor.h). */
function nearest({ alignCorners, halfPixelCenters }: ResizeAttrs, from: number, to: number): Int32Array {
  const scale = Math.fround(alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to)
  return Int32Array.from({ length: to }, (_, i) => {
    const place = Math.fround(Math.fround(i + (halfPixelCenters ? 0.5 : 0)) * scale)
    return Math.max(0, Math.min(alignCorners ? roundHalfAway(place) : Math.floor(place), from - 1))
  })
}

function resizeCase(name: string, shape: number[], size: number[], attrs: Partial<ResizeAttrs> = {}) {
  const all = { alignCorners: false, halfPixelCenters: false, ...attrs }
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const constant = { shape: [2], type: 'int32' as const, scale: 1, data: Int32Array.from(size) }
  const output = { shape: [shape[0], size[0], size[1], shape[3]], ...quantization }
  return caseNode(name, 'resizeNearestNeighbor', all, [{ shape, ...quantization }, constant], [output])
}
