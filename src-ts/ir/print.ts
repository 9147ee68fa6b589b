import { createHash } from 'node:crypto'
import type { FloatGraph, FloatTensor, IntGraph, IntTensor, Node } from './graph.ts'
import { metadataJson } from './metadata.ts'

/** Constants up to this many values are printed, longer ones as a hash of their bytes. */
const PRINTED_VALUES = 8

/**
 * Returns a graph as text for people and goldens: equal graphs give equal text, and every difference shows, in constants by a hash.
 * Tensors are `%index name`; constants stand below the first node that reads them.
 *
 *     %3 conv1 = conv2d(%0, %1, %2)
 *       activation=relu padding=same strideW=2
 *       %1 filter: int8 [32, 1, 7, 12] scale 0.001 to 0.02 on axis 0, constant #3f2a99c1
 *       %3 conv1: int8 [1, 1, 500, 32] scale 0.02 zero -128
 */
export function printGraph(graph: FloatGraph | IntGraph): string {
  const printed = new Set<number>()
  const tensor = (index: number) => {
    printed.add(index)
    return describe(graph.tensors[index], index)
  }
  const states = graph.states ?? []
  const lines = [
    `network ${graph.name}`,
    ...graph.inputs.map(index => `input ${tensor(index)}`),
    ...states.map(({ current, start }) => `state ${tensor(current)}${start ? `, at first ${values(start)}` : ''}`),
  ]
  for (const node of graph.nodes) {
    const own = [...node.inputs, ...node.outputs].filter(index => index >= 0 && !printed.has(index))
    lines.push(
      '',
      heading(node, graph.tensors),
      ...attributes(node),
      ...[...new Set(own)].map(index => `  ${tensor(index)}`),
    )
  }
  lines.push('', ...graph.outputs.map(index => `output ${label(graph.tensors[index], index)}`))
  lines.push(...states.map(({ current, next }) => `state %${current} becomes ${label(graph.tensors[next], next)}`))
  const unused = graph.tensors.map((_, index) => index).filter(index => !printed.has(index))
  lines.push(...unused.map(index => `unused ${tensor(index)}`))
  if (graph.metadata) lines.push('', `metadata ${metadataJson(graph.metadata)}`)
  return `${lines.join('\n')}\n`
}

function heading(node: Node, tensors: readonly { name: string }[]): string {
  const inputs = node.inputs.map(index => (index < 0 ? 'none' : `%${index}`)).join(', ')
  const outputs = node.outputs.map(index => label(tensors[index], index)).join(', ')
  const name = node.name === tensors[node.outputs[0]].name ? '' : ` (${node.name})`
  return `${outputs} = ${node.op}(${inputs})${name}`
}

function attributes({ attrs }: Node): string[] {
  const sorted = Object.entries(attrs).sort(([a], [b]) => (a < b ? -1 : 1))
  if (sorted.length === 0) return []
  return [
    `  ${sorted.map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join(', ')}]` : value}`).join(' ')}`,
  ]
}

const label = ({ name }: { name: string }, index: number) => (name ? `%${index} ${name}` : `%${index}`)

function describe(tensor: FloatTensor | IntTensor, index: number): string {
  const type = 'type' in tensor ? `${tensor.type} ` : ''
  const scale = 'quantization' in tensor && tensor.quantization ? ` ${quantization(tensor.quantization)}` : ''
  const data = tensor.data ? `${scale && ','} constant ${values(tensor.data)}` : ''
  return `${label(tensor, index)}: ${type}[${tensor.shape.join(', ')}]${scale}${data}`
}

function quantization({ scale, zeroPoint, axis }: NonNullable<IntTensor['quantization']>): string {
  if (scale.length === 1) return `scale ${shortest(scale[0])} zero ${zeroPoint[0]}`
  const range = (numbers: readonly number[]) => {
    const [low, high] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))]
    return low === high ? shortest(low) : `${shortest(low)} to ${shortest(high)} #${hash(Float64Array.from(numbers))}`
  }
  const zero = zeroPoint.some(z => z !== 0) ? ` zero ${range(zeroPoint)}` : ''
  return `scale ${range(scale)}${zero} on axis ${axis}`
}

function values(data: NonNullable<FloatTensor['data'] | IntTensor['data']>): string {
  if (data.length > PRINTED_VALUES) return `#${hash(data)}`
  return `[${Array.from(data as ArrayLike<number | bigint>, n => (data instanceof Float32Array ? shortest(Number(n)) : n)).join(', ')}]`
}

/** The shortest decimal that is the same float32: 0.05, not 0.05000000074505806. */
function shortest(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === Math.fround(value)) return String(short)
  }
  return String(value)
}

function hash(data: ArrayBufferView): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8)
}
