import { HolterError } from './errors.ts'

/** An array of a .npy file: C order, values as they are in the file. */
export interface Npy {
  readonly shape: readonly number[]
  readonly data: Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array
}

const MAGIC = '\x93NUMPY'
/** Types that are read into arrays of their own. */
const TYPES = {
  '|i1': Int8Array,
  '|u1': Uint8Array,
  '<i2': Int16Array,
  '<i4': Int32Array,
  '<f4': Float32Array,
  '<f8': Float64Array,
} as const

/** float16, which JavaScript has no array for: read as float32, which holds every value of it. */
const HALF = '<f2'

/**
 * Reads a .npy file (versions 1 to 3; little endian). Fortran order is turned into C order, float16 becomes float32. Everything else is a
 * HolterError that names `where`. Format: NumPy Enhancement Proposal 1.
 */
export function readNpy(bytes: Uint8Array, where: string): Npy {
  const fail = (
    problem: string,
    got?: string | number,
    expected?: string | number,
    hint = 'Write it with numpy.save',
  ): never => {
    throw new HolterError({ stage: 'npy', where, problem, got, expected, hint })
  }
  if (bytes.length < 10 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== MAGIC) fail('is no .npy file')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = bytes[6] >= 2
  if (bytes[6] < 1 || bytes[6] > 3 || bytes.length < 12) fail('has an unknown .npy version', bytes[6], '1 to 3')
  const headerBytes = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  const start = (wide ? 12 : 10) + headerBytes
  if (start > bytes.length) fail('ends within its header', bytes.length, `at least ${start} bytes`)
  const header = Buffer.from(bytes.subarray(start - headerBytes, start)).toString('latin1')
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1] ?? fail('has a header without a simple descr')
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1] ?? fail('has a header without fortran_order')
  const dimensions = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1] ?? fail('has a header without a shape')
  const Type = descr === HALF ? Uint16Array : TYPES[descr as keyof typeof TYPES]
  if (!Type) {
    const known = [...Object.keys(TYPES), HALF].join(', ')
    return fail('has an unsupported type', descr, known, "Convert it: numpy.save(path, array.astype('float32'))")
  }
  const shape = dimensions
    .split(',')
    .filter(d => d.trim())
    .map(Number)
  const count = shape.reduce((a, b) => a * b, 1)
  const length = count * Type.BYTES_PER_ELEMENT
  if (start + length !== bytes.length)
    fail(`has the wrong length for shape (${shape.join(', ')})`, bytes.length, start + length)
  // A copy is aligned, which a view into the file may not be (and slice of a Buffer is a view).
  const values = new Type(new Uint8Array(bytes.subarray(start)).buffer)
  const data = values instanceof Uint16Array ? Float32Array.from(values, fromHalf) : values
  return { shape, data: order === 'True' ? toRowMajor(shape, data) : data }
}

/** The value of the bits of a float16 (IEEE 754 binary16). */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24)
}

/** Turns values whose first index runs fastest into such whose last one does. */
function toRowMajor(shape: readonly number[], data: Npy['data']): Npy['data'] {
  const sorted = data.slice()
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1))
  for (let i = 0; i < data.length; i++) {
    let [rest, from] = [i, 0]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]) * strides[axis]
      rest = Math.floor(rest / shape[axis])
    }
    sorted[i] = data[from]
  }
  return sorted
}

/** Returns the bytes of a .npy file, version 1. */
export function writeNpy({ shape, data }: Npy): Uint8Array {
  const descr = Object.entries(TYPES).find(([, Type]) => data instanceof Type)![0]
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`
  const size = Buffer.alloc(2)
  size.writeUInt16LE(padded.length)
  const payload = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.concat([Buffer.from(`${MAGIC}\x01\x00`, 'latin1'), size, Buffer.from(padded, 'latin1'), payload])
}
