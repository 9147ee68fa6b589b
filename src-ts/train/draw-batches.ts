import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { DRAWING, GREY } from '../ecg/datasets/drawn.ts'
import { drawer } from '../ecg/paper/draw.ts'
import { drawStyle, PLAIN } from '../ecg/paper/style.ts'
import type { Random } from '../random.ts'
import type { Batch } from './batch.ts'

/**
 * Yields batches of signals as drawings, standardized, with the signals beside them. `styleOf` gives the stream that draws a record's look; without
 * it all look plain. The arrays of pixels are used again for the next batch.
 */
export function* drawBatches(
  batches: Iterable<Batch>,
  form: Pick<Dataset, 'samples' | 'leads' | 'sampleRateHz'>,
  { mean, deviation }: Standardization,
  styleOf?: (record: number) => Random,
): Generator<Batch> {
  const sheet = drawer(form)
  const levels = new Uint8Array(sheet.width * sheet.height)
  let pixels = new Float32Array()
  for (const batch of batches) {
    const { size, length, inputs, records } = batch
    if (pixels.length < size * levels.length) pixels = new Float32Array(size * levels.length)
    const row = inputs.length / size
    for (let i = 0; i < size; i++) {
      const millivolts = inputs.subarray(i * row, (i + 1) * row).map(value => value * deviation + mean)
      sheet.draw(millivolts, levels, styleOf ? drawStyle(styleOf(records[i])) : PLAIN)
      for (let p = 0, at = i * levels.length; p < levels.length; p++, at++) pixels[at] = (levels[p] - GREY) / GREY
    }
    const { samples, width } = DRAWING
    yield {
      ...batch,
      length: samples,
      width,
      inputs: pixels.subarray(0, size * levels.length),
      signals: { length, inputs },
    }
  }
}
