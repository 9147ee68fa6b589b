import { HolterError } from '../errors.ts'
import { type ResizeBilinearPrepared, resizeBilinearLanes } from './kernels/resize-bilinear-lanes.ts'
import type { Op } from './op.ts'
import { quantizeIndices } from './parts/indices.ts'
import { type ResizeAttrs, resizeCases, resizedShape, resizeOptions } from './parts/resize.ts'

/** Parts into which TFLM divides the way from one pixel to the next. */
const PARTS = 1 << 10

/** RESIZE_BILINEAR of [N, H, W, C] in integers. Inputs: x, size (int32 [2], constant: new height and width). */
export const resizeBilinear: Op<ResizeAttrs, ResizeBilinearPrepared> = {
  kind: 'resizeBilinear',
  truth: 'tflite-micro',
  tflite: { code: 23, ...resizeOptions(15, 2) },
  outputShapes: (_, [x, size]) => [resizedShape(x, size)],
  evaluate(tf, attrs, [x, size]) {
    const [height, width] = size!.dataSync()
    return tf.image.resizeBilinear(x as never, [height, width], attrs.alignCorners, attrs.halfPixelCenters)
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ name, attrs, inputs: [x, size] }) {
    if (attrs.alignCorners && attrs.halfPixelCenters) {
      const problem = 'corners and middles of pixels cannot both lie on each other: TFLM refuses it'
      throw new HolterError({ stage: 'ops', where: name, problem })
    }
    const [batches, inH, inW, channels] = x!.shape
    const [, height, width] = resizedShape(x, size)
    return {
      batches,
      inH,
      inW,
      channels,
      rows: neighbours(name, attrs, inH, height),
      columns: neighbours(name, attrs, inW, width),
    }
  },
  reference({ batches, inH, inW, channels, rows, columns }, [x], [y]) {
    const at = (b: number, row: number, column: number, c: number) =>
      Number(x[((b * inH + row) * inW + column) * channels + c])
    let place = 0
    for (let b = 0; b < batches; b++) {
      for (let i = 0; i < rows.length; i += 3) {
        const [top, bottom, down] = rows.subarray(i, i + 3)
        for (let j = 0; j < columns.length; j += 3) {
          const [left, right, across] = columns.subarray(j, j + 3)
          for (let c = 0; c < channels; c++) {
            const upper = at(b, top, left, c) * (PARTS - across) + at(b, top, right, c) * across
            const lower = at(b, bottom, left, c) * (PARTS - across) + at(b, bottom, right, c) * across
            const sum = upper * (PARTS - down) + lower * down
            y[place++] = Math.trunc((sum + (sum > 0 ? PARTS * PARTS : -PARTS * PARTS) / 2) / (PARTS * PARTS))
          }
        }
      }
    }
  },
  kernels: [
    {
      name: 'resize-bilinear',
      emit: ({ batches, inH, inW, channels, rows, columns }, to) =>
        to.call('resize-bilinear', 'resizeBilinear', [
          ['input', to.input(0), batches, inH, inW, channels],
          ['output', to.output(0)],
          ['rows', to.data(rows, 4), rows.length / 3],
          ['columns', to.data(columns, 4), columns.length / 3],
        ]),
    },
    resizeBilinearLanes,
  ],
  macs: () => 0,
  cases: () => resizeCases('resizeBilinear'),
}

/** TFLM's fixed-point places (resize_bilinear.h, ResizeBilinearInteger). */
function neighbours(where: string, attrs: ResizeAttrs, from: number, to: number): Int32Array {
  const [a, b] = attrs.alignCorners && to > 1 ? [from - 1, to - 1] : [from, to]
  const step = Math.trunc((PARTS * a + Math.trunc(b / 2)) / b)
  const middle = attrs.halfPixelCenters ? Math.trunc(step / 2) - PARTS / 2 : 0
  const all = Array.from({ length: to }, (_, i) => {
    const place = i * step + middle
    const first = Math.max(Math.trunc(place / PARTS), 0)
    const second = Math.min(Math.trunc((place + PARTS - 1) / PARTS), from - 1)
    return [first, second, place - PARTS * first]
  })
  if (all.every(([first]) => first < from)) return Int32Array.from(all.flat())
  const problem = 'grows so much that TFLM reads behind the last pixel'
  throw new HolterError({ stage: 'ops', where, problem, got: `${from} to ${to}` })
}
