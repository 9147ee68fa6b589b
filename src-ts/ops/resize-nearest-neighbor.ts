import { roundHalfAway } from '../ir/fixed-point.ts'
import type { Op } from './op.ts'
import { quantizeIndices } from './parts/indices.ts'
import { type ResizeAttrs, resizeCases, resizedShape, resizeOptions } from './parts/resize.ts'

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
  tflite: { code: 97, ...resizeOptions(74, 0) },
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
  cases: () => resizeCases('resizeNearestNeighbor'),
}

/** Returns the nearest input place of each output place, in float32 as TFLM computes it (resize_nearest_neighbor.h). */
function nearest({ alignCorners, halfPixelCenters }: ResizeAttrs, from: number, to: number): Int32Array {
  const scale = Math.fround(alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to)
  return Int32Array.from({ length: to }, (_, i) => {
    const place = Math.fround(Math.fround(i + (halfPixelCenters ? 0.5 : 0)) * scale)
    return Math.max(0, Math.min(alignCorners ? roundHalfAway(place) : Math.floor(place), from - 1))
  })
}
