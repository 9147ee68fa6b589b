import { type Drawable, drawer } from '../paper/draw.ts'
import { SHEET } from '../paper/sheet.ts'
import type { Dataset, Standardization } from './dataset.ts'

/** Form of a drawing as networks take it: a pixel a millimetre, one channel of grey. */
export const DRAWING = { samples: SHEET.height, width: SHEET.width, leads: ['grey'] } as const

/** Grey levels around this, divided by it, are what networks see: as int8 that is the level − 128. */
export const GREY = 128
/** The range of what they see, so that no level is clipped. */
export const GREY_RANGE = { min: -1, max: 127 / 128 } as const

/** Returns how a network sees records whose signals have this standardization: one of drawings sees levels around GREY. */
export function seenBy({ drawn }: { readonly drawn?: boolean }, signals: Standardization): Standardization {
  const { mean, deviation } = signals
  return drawn ? { mean: GREY, deviation: GREY, drawn: { mean, deviation } } : signals
}

/** Returns a data set as a network sees it: of one of drawings each record is drawn when it is read. Images are left as they are. */
export function asSeen(dataset: Dataset, { drawn }: Pick<Standardization, 'drawn'>): Dataset {
  if (!drawn || dataset.width) return dataset
  const draw = greyLevels(dataset)
  const record = new Float32Array(dataset.samples * dataset.leads.length)
  return {
    ...dataset,
    ...DRAWING,
    read(index, out, at) {
      dataset.read(index, record, 0)
      out.set(draw(record), at)
    },
  }
}

/** Returns a function that draws a record of millivolts, in the plain style; the levels are overwritten by the next call. */
export function greyLevels(form: Drawable): (record: Float32Array) => Uint8Array {
  const sheet = drawer(form)
  const levels = new Uint8Array(sheet.width * sheet.height)
  return record => {
    sheet.draw(record, levels)
    return levels
  }
}
