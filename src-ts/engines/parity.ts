import { rowBytes } from '../codegen/manifest.ts'
import { elements, type IntTensor, limitsOf, tensorBytes, toBytes } from '../ir/graph.ts'
import { random } from '../random.ts'
import { rowStream } from '../reference/run.ts'
import type { Engine, RunnableModel } from './engine.ts'
import { formName } from './form.ts'
import { reference } from './reference.ts'
import { pushOnce } from './session.ts'

/** One line of `verify --json`: an engine and flavour beside the reference. */
export interface ParityRow {
  readonly engine: string
  /** The flavour, with `-aot` behind it where it was compiled ahead of time. */
  readonly flavour: string
  /** Output bytes compared. */
  readonly outputs: number
  readonly differing: number
  /** The first byte that differs, in words. */
  readonly first?: string
  /** Why the engine did not run. */
  readonly skipped?: string
}

/** Returns the bytes of `count` seeded rows of inputs: first all least, all largest values and all zero points, then random bytes. */
export function probeInputs(model: RunnableModel, count: number, seed = 1): Int8Array {
  const { graph } = model
  const bytes = rowBytes(graph, graph.inputs)
  const rows = new Int8Array(bytes * count)
  const constant = (value: (tensor: IntTensor) => number) =>
    graph.inputs.flatMap(i => {
      const tensor = graph.tensors[i]
      const Type = tensor.type === 'int16' ? Int16Array : Int8Array
      return [...toBytes(new Type(elements(tensor.shape)).fill(value(tensor)))]
    })
  const first = [
    constant(tensor => limitsOf(tensor).min),
    constant(tensor => limitsOf(tensor).max),
    constant(({ quantization }) => quantization?.zeroPoint[0] ?? 0),
  ]
  for (let row = 0; row < count; row++) {
    const place = rows.subarray(row * bytes, (row + 1) * bytes)
    if (row < first.length) place.set(first[row])
    else {
      const stream = random(seed, row)
      for (let i = 0; i < bytes; i++) place[i] = stream.integer(256) - 128
    }
  }
  return rows
}

/**
 * Runs every engine in each of its forms on the same inputs and compares each output byte with the reference. Of a network with states the
 * inputs are the hops of one stream.
 * `started` is told what runs next, for a progress bar.
 */
export async function compareEngines(
  model: RunnableModel,
  engines: readonly Engine[],
  inputs: Int8Array,
  count: number,
  started: (what: string, done: number, total: number) => void = () => {},
): Promise<ParityRow[]> {
  const runs = engines
    .filter(e => e !== reference)
    .flatMap(engine => engine.forms.map(form => ({ engine, form, flavour: formName(form) })))
  const total = runs.length + 1
  started('reference', 0, total)
  const expected = rowStream(model.graph).push(inputs, count)
  const rows: ParityRow[] = []
  for (const [i, { engine, form, flavour }] of runs.entries()) {
    started(`${engine.name} ${flavour}`, i + 1, total)
    const skipped = engine.missing() ?? engine.refuses?.(model.graph)
    if (skipped) rows.push({ engine: engine.name, flavour, outputs: 0, differing: 0, skipped })
    else {
      const got = await pushOnce(engine, model, form, inputs, count)
      rows.push(compare(model, engine.name, flavour, expected, got))
    }
  }
  started('done', total, total)
  return rows
}

function compare(
  model: RunnableModel,
  engine: string,
  flavour: string,
  expected: Int8Array,
  got: Int8Array,
): ParityRow {
  let differing = Math.abs(expected.length - got.length)
  let first = -1
  for (let i = 0; i < Math.min(expected.length, got.length); i++) {
    if (expected[i] === got[i]) continue
    if (first < 0) first = i
    differing++
  }
  const row = { engine, flavour, outputs: expected.length, differing }
  return first < 0 ? row : { ...row, first: `${placeOf(model, first)}: got ${got[first]}, expected ${expected[first]}` }
}

/** "input 3, output "logits" [2]" for an index into all output rows. */
function placeOf({ graph }: RunnableModel, index: number): string {
  const perRow = rowBytes(graph, graph.outputs)
  let at = index % perRow
  for (const tensor of graph.outputs) {
    const { name } = graph.tensors[tensor]
    const bytes = tensorBytes(graph.tensors[tensor])
    if (at < bytes) return `input ${Math.floor(index / perRow)}, output "${name}" [${at}]`
    at -= bytes
  }
  return `byte ${index}`
}
