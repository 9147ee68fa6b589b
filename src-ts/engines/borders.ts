import { HolterError } from '../errors.ts'
import { roundHalfAway } from '../ir/fixed-point.ts'
import { arrays, type Border, elements, fromBytes, type IntGraph, type IntTensor, toBytes } from '../ir/graph.ts'
import { dequantizeValues } from '../quantize/values.ts'

// An engine that runs a whole file reads and writes the file's own types. These are the values that the QUANTIZE and DEQUANTIZE nodes at
// its borders turn into the network's integers, and back; each integer has exactly one.

/** An input or output of a network, with its form in the file where that is another. */
export interface FilePort {
  readonly tensor: IntTensor
  readonly border: Border | undefined
  /** Bytes of one row's values in the file's type. */
  readonly bytes: number
}

/** Returns the inputs (outputs) of a network as its file has them, in order. */
export function filePorts({ tensors, borders, ...graph }: IntGraph, side: 'inputs' | 'outputs'): FilePort[] {
  return graph[side].map((index, place) => {
    const tensor = tensors[index]
    const border = borders?.[side][place]
    return { tensor, border, bytes: elements(tensor.shape) * arrays[border?.type ?? tensor.type].BYTES_PER_ELEMENT }
  })
}

/** Returns rows of a network's inputs as rows of the file's inputs. */
export function toFile(graph: IntGraph, rows: Int8Array, count: number): Int8Array {
  if (!graph.borders) return rows
  const ports = filePorts(graph, 'inputs')
  return convert(rows, count, ports, ownBytes, (port, part) => toBytes(outerValues(port, part)))
}

/** Returns rows of the file's outputs as rows of the network's; a value that DEQUANTIZE cannot give is a HolterError. */
export function fromFile(graph: IntGraph, rows: Int8Array, count: number): Int8Array {
  if (!graph.borders) return rows
  const ports = filePorts(graph, 'outputs')
  return convert(
    rows,
    count,
    ports,
    port => port.bytes,
    (port, part) => innerBytes(port, part, graph.name),
  )
}

const ownBytes = ({ tensor }: FilePort) => elements(tensor.shape) * arrays[tensor.type].BYTES_PER_ELEMENT

/** Converts each port's part of each row; `bytesOf` says how long it is before. */
function convert(
  rows: Int8Array,
  count: number,
  ports: readonly FilePort[],
  bytesOf: (port: FilePort) => number,
  part: (port: FilePort, bytes: Int8Array) => Int8Array,
): Int8Array {
  const parts: Uint8Array[] = []
  let at = 0
  for (let row = 0; row < count; row++) {
    for (const port of ports) {
      const { buffer, byteOffset, length } = part(port, rows.subarray(at, at + bytesOf(port)))
      parts.push(new Uint8Array(buffer, byteOffset, length))
      at += bytesOf(port)
    }
  }
  return new Int8Array(Buffer.concat(parts))
}

/** The network's integers as the file's values: DEQUANTIZE's for float32, 128 more for uint8. */
function outerValues({ tensor, border }: FilePort, part: Int8Array) {
  if (!border) return part
  const inner = fromBytes(part, tensor.type) as Int8Array
  return border.type === 'float32'
    ? dequantizeValues(inner, tensor.quantization!)
    : Uint8Array.from(inner, q => q + 128)
}

function innerBytes(port: FilePort, part: Int8Array, where: string): Int8Array {
  const { tensor, border } = port
  if (!border) return part
  if (border.type === 'uint8') return Int8Array.from(part, u => (u & 255) - 128)
  const { scale, zeroPoint } = tensor.quantization!
  const values = fromBytes(part, 'float32') as Float32Array
  const inner = new arrays[tensor.type as 'int8'](values.length).map(
    (_, i) => roundHalfAway(values[i] / scale[0]) + zeroPoint[0],
  )
  const again = outerValues(port, toBytes(inner))
  const odd = values.findIndex((value, i) => value !== again[i])
  if (odd < 0) return toBytes(inner)
  const problem = `output "${tensor.name}" has a value at ${odd} that DEQUANTIZE cannot give`
  throw new HolterError({ stage: 'engine', where, problem, got: values[odd], expected: `a multiple of ${scale[0]}` })
}
