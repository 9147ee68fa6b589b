import * as v from 'valibot'
import { quantizeTrained } from '../to-integers.ts'
import { step } from './step.ts'

/** `holter quantize`: the float model becomes an int8 one, calibrated on training records. */
export const quantize = step({
  name: 'quantize',
  title: 'quantize to int8: --weight-bits 8',
  options: v.object({
    weightBits: v.optional(
      v.pipe(
        v.picklist(['8', '7', '4']),
        v.transform(bits => Number(bits) as 8 | 7 | 4),
      ),
      '8',
    ),
  }),
  async work(piece, { weightBits }, { tf, train, metadata, seed }) {
    const precision = weightBits === 8 ? undefined : { weightBits, int16: [] }
    const { int8 } = quantizeTrained(tf, piece.model, metadata, train, { seed, name: 'model.tflite', precision })
    return { ...piece, int8 }
  },
})
