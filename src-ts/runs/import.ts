import { type CompiledModel, runnable } from '../engines/model.ts'
import { HolterError } from '../errors.ts'
import { readFile, writeFile } from '../files.ts'
import { type Converted, convert } from '../tflite/convert.ts'
import { foreignAt } from '../tflite/foreign.ts'
import { type Context, openWatch } from '../watch.ts'

export interface ImportInput {
  /** A Keras model (.keras, .h5), the folder of a SavedModel, or an ONNX file. */
  readonly model: string
  /** `.npy` files with rows of the model's inputs, as the model itself takes them: one file for each input, in order. */
  readonly calibrate: readonly string[]
  /** The .tflite file to write. */
  readonly out: string
}

export interface Imported extends Omit<Converted, 'tflite'> {
  readonly model: CompiledModel
}

/** Makes an int8 .tflite file of a model of another framework. Nothing is written unless Holter can run it. */
export async function importModel(
  { model: path, calibrate, out }: ImportInput,
  context: Context = {},
): Promise<Imported> {
  const hint = 'Give the path of a Keras model (.keras, .h5), a SavedModel folder or an ONNX file'
  const foreign = foreignAt(path, file => readFile(file, hint))
  if (!foreign?.kind) throw unknown(path, foreign)
  for (const file of calibrate) readFile(file, 'Give a .npy file with rows of the input')
  const watch = openWatch(context, 'converting', 'models', 1)
  try {
    const { tflite, ...rest } = await convert(path, foreign.kind, calibrate, context.signal)
    watch.update(1)
    const model = runnable(tflite, path)
    writeFile(out, tflite)
    return { ...rest, model }
  } finally {
    watch.stop()
  }
}

function unknown(where: string, foreign: ReturnType<typeof foreignAt>): HolterError {
  const problem = foreign ? `this is ${foreign.what}, which is not imported` : 'this is no model that can be imported'
  const hint = foreign?.hint ?? 'Holter imports .keras and .h5 files, SavedModel folders and .onnx files'
  return new HolterError({ stage: 'tflite', where, problem, hint })
}
