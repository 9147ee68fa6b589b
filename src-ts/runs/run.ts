import { type EngineChoice, engineFor } from '../engines/choose.ts'
import { allInputRows, type NamedNpy } from '../engines/input.ts'
import { loadModel } from '../engines/model.ts'
import { pushOnce } from '../engines/session.ts'
import { readFile } from '../files.ts'
import { fromBytes, type IntGraph, tensorBytes } from '../ir/graph.ts'
import type { Adc } from '../ir/input-map.ts'
import { type Npy, readNpy } from '../npy.ts'
import { dequantizeValues } from '../quantize/values.ts'

export interface RunInput {
  /** A .tflite file of int8 (or 16×8) arithmetic. */
  readonly model: string
  /**
   * One array, or .npy file that holds it, for each input of the model, in its order: int8 (int16) rows as they are, or float rows in
   * millivolts; shape (n, …).
   */
  readonly inputs: readonly (Npy | string)[]
  /** Set where integers of the first input are counts of a converter. */
  readonly adc?: Adc
  /** Name of an engine. Default 'node'. */
  readonly engine?: string
  /** Default: the fastest that the engine runs. */
  readonly flavour?: string
  /** Real values as float32, instead of the network's own int8 or int16. */
  readonly real?: boolean
}

/** The outputs of a model, in its order, shape (n, …), and what ran it. */
export interface RunResult extends EngineChoice {
  readonly outputs: readonly Npy[]
  /** Rows that were run. */
  readonly count: number
}

/** Runs a model on arrays in one engine; rows of a network with states are the hops of one stream. Throws HolterError on arrays of another shape or type than the model takes. */
export async function run({ model: path, inputs, adc, engine = 'node', flavour, real }: RunInput): Promise<RunResult> {
  const choice = engineFor(engine, flavour)
  const model = loadModel(path)
  const { graph } = model
  const { rows, count } = allInputRows(graph, inputs.map(named), adc)
  const bytes = await pushOnce(choice.engine, model, choice.form, rows, count)
  const outputs = graph.outputs.map((tensor, which) => {
    const own = graph.tensors[tensor].shape
    const shape = [count, ...(own[0] === 1 ? own.slice(1) : own)]
    return { shape, data: outputColumn(graph, bytes, count, which, real) }
  })
  return { ...choice, outputs, count }
}

function named(input: Npy | string, which: number): NamedNpy {
  if (typeof input === 'string') return { ...readNpy(readFile(input), input), where: input }
  return { ...input, where: `input ${which}` }
}

/** The values of one output over all rows, in its own type. */
function outputColumn(graph: IntGraph, outputs: Int8Array, count: number, which: number, real?: boolean): Npy['data'] {
  const tensors = graph.outputs.map(i => graph.tensors[i])
  const start = tensors.slice(0, which).reduce((sum, t) => sum + tensorBytes(t), 0)
  const pitch = outputs.length / count
  const bytes = tensorBytes(tensors[which])
  const column = new Int8Array(count * bytes)
  for (let row = 0; row < count; row++) {
    column.set(outputs.subarray(row * pitch + start, row * pitch + start + bytes), row * bytes)
  }
  const { type, quantization } = tensors[which]
  const values = fromBytes(column, type) as Npy['data']
  return real && type !== 'int32' && type !== 'bool' ? dequantizeValues(values, quantization!) : values
}
