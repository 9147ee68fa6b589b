import * as v from 'valibot'

/**
 * What a file in the safetensors format holds (github.com/huggingface/safetensors, section Format): header length as 64 bit
 * little-endian, a JSON header, then the bytes of all tensors one after another. Checkpoints use it, so that other tools open them.
 */
export interface SafeTensors {
  readonly metadata: Readonly<Record<string, string>>
  /** Flat: shapes are the model's business. */
  readonly tensors: ReadonlyMap<string, Float32Array>
}

const LENGTH_BYTES = 8
const metadataSchema = v.optional(v.record(v.string(), v.string()), {})
const offset = v.pipe(v.number(), v.integer(), v.minValue(0))
const entriesSchema = v.record(
  v.string(),
  v.object({ dtype: v.literal('F32'), shape: v.array(offset), data_offsets: v.tuple([offset, offset]) }),
)

/** Returns the bytes of a file. */
export function encodeSafeTensors({ metadata, tensors }: SafeTensors): Uint8Array {
  const entries: Record<string, v.InferOutput<typeof entriesSchema>[string]> = {}
  let at = 0
  for (const [name, { length, byteLength }] of tensors) {
    entries[name] = { dtype: 'F32', shape: [length], data_offsets: [at, at + byteLength] }
    at += byteLength
  }
  const text = JSON.stringify({ __metadata__: metadata, ...entries })
  // Spaces behind the JSON are allowed, and keep the tensors aligned.
  const bytes = Buffer.byteLength(text)
  const header = Buffer.alloc(bytes + ((LENGTH_BYTES - (bytes % LENGTH_BYTES)) % LENGTH_BYTES), ' ')
  header.write(text)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeBigUInt64LE(BigInt(header.length))
  // The machines that TensorFlow's library runs on are little-endian, as the format is.
  const values = [...tensors.values()].map(x => new Uint8Array(x.buffer, x.byteOffset, x.byteLength))
  return Buffer.concat([length, header, ...values])
}

/** Returns what a file holds, copied. Throws an Error with one clause that says what is wrong with it. */
export function decodeSafeTensors(file: Uint8Array): SafeTensors {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.length < LENGTH_BYTES) throw new Error('the file is too short to have a header')
  const start = LENGTH_BYTES + Number(bytes.readBigUInt64LE())
  if (start > bytes.length) throw new Error('the file ends inside its header')
  const { __metadata__, ...rest } = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, start))
  const tensors = new Map<string, Float32Array>()
  for (const [name, { data_offsets }] of Object.entries(v.parse(entriesSchema, rest))) {
    const [from, to] = data_offsets
    if (start + to > bytes.length) throw new Error(`the file ends inside ${name}`)
    tensors.set(name, new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer))
  }
  return { metadata: v.parse(metadataSchema, __metadata__), tensors }
}
