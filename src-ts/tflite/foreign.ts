import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A model of another kind than .tflite: what it is, and what makes a .tflite file of it. */
export interface ForeignModel {
  /** "a Keras model". */
  readonly what: string
  /** How `holter import` converts it; undefined where it cannot. */
  readonly kind?: 'keras' | 'saved-model' | 'onnx'
  /** What to type, or to do elsewhere; without a full stop. */
  readonly hint: string
}

const PYTORCH_HINT =
  'Write it as ONNX in Python, torch.onnx.export(model, torch.zeros(1, CHANNELS, SAMPLES), "model.onnx"), then type holter import model.onnx --calibrate X.npy --out model.tflite'
const ZIP = 'PK\x03\x04'
/** First bytes of a zip's entry that hold its name's length, and the name. */
const ZIP_NAME_LENGTH = 26
const ZIP_NAME = 30
/** Where the names of a zip's entries are looked for: they stand at both of its ends. */
const ZIP_ENDS = 65_536

/** Returns what a file is, by its first bytes and, of a form without a signature, its name; undefined of one that is no known model of others. */
export function foreignModel(bytes: Uint8Array, path: string): ForeignModel | undefined {
  const text = latin1(bytes, 0, 8)
  if (text.startsWith('\x89HDF')) return convertible('keras', 'a Keras model (HDF5)', path)
  if (text.startsWith(ZIP)) return zipModel(bytes, path)
  if (/\.onnx$/i.test(path) && bytes[0] === 0x08) return convertible('onnx', 'an ONNX model', path)
  if (/saved_model\.pb$/i.test(path)) {
    const folder = path.replace(/\/?saved_model\.pb$/i, '') || '.'
    return convertible('saved-model', 'a part of a SavedModel, which is the folder it is in', folder)
  }
  if (/\.pb$/i.test(path)) {
    const hint = 'Save the model again as a SavedModel or a .keras file, for example by model.save("model.keras")'
    return { what: 'a frozen graph of TensorFlow 1', hint }
  }
  if (text.startsWith('\x80\x02') && /\.(pt|pth|pkl|bin)$/i.test(path))
    return { what: 'a pickle, as old PyTorch writes it', hint: PYTORCH_HINT }
  return undefined
}

/** Returns what a folder is; undefined of one that holds no model of others. */
export function foreignFolder(path: string): ForeignModel | undefined {
  if (existsSync(join(path, 'saved_model.pb'))) return convertible('saved-model', 'a SavedModel', path)
  if (existsSync(join(path, 'model.json')))
    return { what: 'a float model of TensorFlow.js', hint: `Type holter quantize ${path} --out model.tflite` }
  return undefined
}

/** Returns what lies at a path that is no .tflite file, `read` reads it; undefined where nothing of a known kind does. */
export function foreignAt(path: string, read: (path: string) => Uint8Array): ForeignModel | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? foreignFolder(path) : foreignModel(read(path), path)
}

/** Keras, PyTorch and others zip their parts; the names of these tell which. */
function zipModel(bytes: Uint8Array, path: string): ForeignModel {
  const length = bytes[ZIP_NAME_LENGTH] + 256 * bytes[ZIP_NAME_LENGTH + 1]
  const first = latin1(bytes, ZIP_NAME, length)
  const ends = latin1(bytes, 0, ZIP_ENDS) + latin1(bytes, Math.max(0, bytes.length - ZIP_ENDS), ZIP_ENDS)
  if (/\.keras$/i.test(path) || ends.includes('model.weights.h5')) return convertible('keras', 'a Keras model', path)
  if (ends.includes('/data.pkl') || /\.(pt|pth)$/i.test(path)) return { what: 'a PyTorch model', hint: PYTORCH_HINT }
  if (ends.includes('saved_model.pb'))
    return { what: 'a zipped SavedModel', hint: 'Unzip it, then type holter import FOLDER --calibrate X.npy' }
  return { what: `a zip archive that begins with ${JSON.stringify(first.slice(0, 60))}`, hint: 'Unzip it first' }
}

function convertible(kind: NonNullable<ForeignModel['kind']>, what: string, path: string): ForeignModel {
  const out = `${path.replace(/[/\\]+$/, '').replace(/\.(keras|h5|hdf5|onnx)$/i, '')}.tflite`
  return { what, kind, hint: `Type holter import ${path} --calibrate X.npy --out ${out}` }
}

function latin1(bytes: Uint8Array, from: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, from + length)
}
