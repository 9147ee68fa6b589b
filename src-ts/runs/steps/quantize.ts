import * as v from 'valibot'
import type { WeightBits } from '../../ops/op.ts'
import { quantizeAware } from '../quantize-aware.ts'
import { quantizeTrained } from '../to-integers.ts'
import { numberOption, wholeOption } from './line.ts'
import { step } from './step.ts'
import { taughtBySelf, teacherOption } from './taught-by-self.ts'

const MODEL = 'model.tflite'

/** `holter quantize`: the float model becomes an int8 one, calibrated on training records; with epochs it is trained as such first. */
export const quantize = step({
  name: 'quantize',
  title: 'quantize to int8: --weight-bits 8 --epochs 0',
  options: v.object({
    weightBits: v.optional(
      v.pipe(
        v.picklist(['8', '7', '4']),
        v.transform(bits => Number(bits) as WeightBits),
      ),
      '8',
    ),
    epochs: v.optional(wholeOption(0, 10_000), '0'),
    learningRate: v.optional(numberOption(1e-9, 10)),
    teacher: v.optional(teacherOption),
  }),
  async work(piece, { weightBits, epochs, learningRate, teacher }, { recipe: trainedBy, ...shop }) {
    const { tf, train, metadata, seed, dataHash } = shop
    const precision = { weightBits, int16: [] }
    if (!epochs) {
      const { int8 } = quantizeTrained(tf, piece.model, metadata, train, { seed, name: MODEL, precision })
      return { ...piece, int8 }
    }
    const self = teacher && (await taughtBySelf(piece.model, { ...shop, recipe: trainedBy }))
    const terms = self?.terms ?? shop.terms
    const parts = { tf, model: piece.model, metadata, trainedBy, train, dataHash, terms }
    const asked = { epochs, learningRate, seed, name: MODEL, precision }
    const aware = await quantizeAware(parts, asked, shop)
    self?.dispose()
    return aware && { ...piece, int8: aware.int8 }
  },
})
