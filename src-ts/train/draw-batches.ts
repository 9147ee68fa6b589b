import type { Standardization } from '../ecg/datasets/dataset.ts'
import { DRAWING, GREY } from '../ecg/datasets/drawn.ts'
import { type Drawable, drawer } from '../ecg/paper/draw.ts'
import { drawStyle, PLAIN } from '../ecg/paper/style.ts'
import { random } from '../random.ts'
import type { Batch } from './batch.ts'
import { streams } from './streams.ts'

/** What is drawn, in plain data: it goes to threads. */
export interface DrawingJob {
  readonly form: Drawable
  /** Of the signals. */
  readonly drawn: Pick<Standardization, 'mean' | 'deviation'>
  /** Draws each record's look; without it all look plain. */
  readonly looks?: { readonly seed: number; readonly epoch: number }
}

/** The part of a batch that is drawn. */
export type Signals = Pick<Batch, 'size' | 'records' | 'inputs'>

/** Returns a function that draws a batch of standardized signals: grey levels, [size, rows, columns]. */
export function batchDrawer({ form, drawn, looks }: DrawingJob): (signals: Signals) => Uint8Array<ArrayBuffer> {
  const { width, height, draw } = drawer(form)
  const millivolts = new Float32Array(form.samples * form.leads.length)
  return ({ size, records, inputs }) => {
    const levels = new Uint8Array(size * width * height)
    for (let i = 0; i < size; i++) {
      const from = i * millivolts.length
      for (let k = 0; k < millivolts.length; k++) millivolts[k] = inputs[from + k] * drawn.deviation + drawn.mean
      const style = looks ? drawStyle(random(looks.seed, streams.style, looks.epoch, records[i])) : PLAIN
      draw(millivolts, levels.subarray(i * width * height, (i + 1) * width * height), style)
    }
    return levels
  }
}

/** Returns a function that gives batches of signals their drawings, standardized, as what the network sees: in one array that it fills again and again. */
export function drawingsOnTop(): (batch: Batch, levels: Uint8Array) => Batch {
  let pixels = new Float32Array()
  return (batch, levels) => {
    const { length, inputs } = batch
    const { samples, width } = DRAWING
    if (pixels.length < levels.length) pixels = new Float32Array(levels.length)
    for (let i = 0; i < levels.length; i++) pixels[i] = (levels[i] - GREY) / GREY
    return { ...batch, length: samples, width, inputs: pixels.subarray(0, levels.length), signals: { length, inputs } }
  }
}
