import { Builder } from 'flatbuffers'

/** A .tflite file as loose parts, right or wrong: what writeTflite would never write. Field numbers are written out on purpose. */
export interface RawFile {
  identifier?: string
  version?: number
  subgraphs?: number
  name?: string
  codes?: { old?: number; code?: number; custom?: string }[]
  buffers?: (Uint8Array | { offset?: bigint; size?: bigint } | undefined)[]
  tensors?: RawTensor[]
  /** How many times the list of tensors names the last one: a bomb, small in the file and large when decoded. */
  repeat?: number
  nodes?: RawNode[]
  inputs?: number[]
  outputs?: number[]
  metadata?: { name: string; buffer: number }[]
  signature?: { inputs: [string, number][]; outputs: [string, number][] }
}

export interface RawTensor {
  shape?: number[]
  signature?: number[]
  type?: number
  buffer?: number
  name?: string
  quantization?: { scale?: number[]; zeroPoint?: number[]; axis?: number; details?: number }
  variable?: boolean
  sparse?: boolean
  external?: number
}

export interface RawNode {
  code?: number
  inputs?: number[]
  outputs?: number[]
  optionsType?: number
  options?: (builder: Builder) => number
}

const quantization = { scale: [0.5], zeroPoint: [3] }

/** A LOGISTIC from [1, 4] to [1, 4]: a whole, correct file, to be changed in one place. */
export function logisticFile(): Required<Omit<RawFile, 'signature' | 'repeat'>> {
  return {
    identifier: 'TFL3',
    version: 3,
    subgraphs: 1,
    name: 'small',
    codes: [{ old: 14, code: 14 }],
    buffers: [undefined],
    tensors: [
      { shape: [1, 4], type: 9, name: 'x', quantization },
      { shape: [1, 4], type: 9, name: 'y', quantization: { scale: [1 / 256], zeroPoint: [-128] } },
    ],
    nodes: [{ code: 0, inputs: [0], outputs: [1] }],
    inputs: [0],
    outputs: [1],
    metadata: [],
  }
}

/** Returns the bytes of the file. */
export function rawTflite(file: RawFile): Uint8Array {
  const b = new Builder(1024)
  const vector = <T>(width: number, values: readonly T[], add: (value: T) => void) => {
    b.startVector(width, values.length, width)
    for (const value of [...values].reverse()) add(value)
    return b.endVector()
  }
  const int32s = (values: readonly number[]) => vector(4, values, n => b.addInt32(n))
  const offsets = (values: readonly number[]) => vector(4, values, n => b.addOffset(n))
  /** Fields as [number, adder]; vectors and tables inside must exist before. */
  const table = (fields: ((b: Builder) => void)[]) => {
    b.startObject(14)
    for (const add of fields) add(b)
    return b.endObject()
  }
  const at = (field: number, offset: number | undefined) => () => offset && b.addFieldOffset(field, offset, 0)
  const int = (field: number, value: number | undefined) => () => b.addFieldInt32(field, value ?? 0, 0)
  const byte = (field: number, value: number | undefined) => () => b.addFieldInt8(field, value ?? 0, 0)
  const long = (field: number, value: bigint | undefined) => () => b.addFieldInt64(field, value ?? 0n, 0n)

  const buffers = (file.buffers ?? []).map(content => {
    if (!(content instanceof Uint8Array)) return table([long(1, content?.offset), long(2, content?.size)])
    return table([at(0, b.createByteVector(content))])
  })
  const tensors = (file.tensors ?? []).map(t => {
    const q = t.quantization
    const quantized =
      q &&
      table([
        at(2, q.scale && vector(4, q.scale, s => b.addFloat32(s))),
        at(3, q.zeroPoint && vector(8, q.zeroPoint, z => b.addInt64(BigInt(z)))),
        byte(4, q.details),
        int(6, q.axis),
      ])
    const shape = t.shape && int32s(t.shape)
    const signature = t.signature && int32s(t.signature)
    const name = b.createString(t.name)
    const sparsity = t.sparse ? table([]) : undefined
    const fields = [at(0, shape), byte(1, t.type), int(2, t.buffer), at(3, name), at(4, quantized)]
    return table([...fields, byte(5, t.variable ? 1 : 0), at(6, sparsity), at(7, signature), int(10, t.external)])
  })
  for (let i = 1; i < (file.repeat ?? 1); i++) tensors.push(tensors[tensors.length - 1])
  const nodes = (file.nodes ?? []).map(n => {
    const options = n.options?.(b)
    const [inputs, outputs] = [int32s(n.inputs ?? []), int32s(n.outputs ?? [])]
    return table([int(0, n.code), at(1, inputs), at(2, outputs), byte(3, n.optionsType), at(4, options)])
  })
  const parts = [offsets(tensors), int32s(file.inputs ?? []), int32s(file.outputs ?? []), offsets(nodes)]
  const name = b.createString(file.name)
  const subgraph = table([...parts.map((part, i) => at(i, part)), at(4, name)])
  const codes = (file.codes ?? []).map(c => {
    const custom = b.createString(c.custom)
    return table([byte(0, c.old), at(1, custom), int(3, c.code)])
  })
  const metadata = (file.metadata ?? []).map(m => {
    const entry = b.createString(m.name)
    return table([at(0, entry), int(1, m.buffer)])
  })
  const map = (entries: [string, number][]) =>
    offsets(
      entries.map(([text, index]) => {
        const entry = b.createString(text)
        return table([at(0, entry), int(1, index)])
      }),
    )
  const named = file.signature && [map(file.signature.inputs), map(file.signature.outputs)]
  const signatures = named && offsets([table([at(0, named[0]), at(1, named[1])])])
  const vectors = [
    offsets(codes),
    offsets(Array(file.subgraphs ?? 1).fill(subgraph)),
    undefined,
    offsets(buffers),
    undefined,
    offsets(metadata),
    signatures,
  ]
  b.finish(table([int(0, file.version), ...vectors.map((v, i) => at(i + 1, v))]), file.identifier ?? 'TFL3')
  return b.asUint8Array().slice()
}
