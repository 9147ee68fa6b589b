import { rowBytes } from '../codegen/manifest.ts'
import type { RunnableModel } from '../engines/engine.ts'
import { reference } from '../engines/reference.ts'
import { pushOnce } from '../engines/session.ts'
import { HolterError } from '../errors.ts'

/** Bytes before the first vector. */
const HEAD = 28
/** Flags of a vector file. */
const WITH_INPUTS = 1
const ONE_STREAM = 2
const EVENTS = 4

/** Vectors of a device's self-test. */
export interface Vectors {
  readonly count: number
  /** As firmware-targets/abi/self-test.h describes it. */
  readonly file: Uint8Array
}

/**
 * Returns `count` vectors whose inputs a device makes from the seed: the file holds the reference's outputs only.
 * The first two inputs are all least and all largest values, the others random bytes.
 */
export async function seededVectors(model: RunnableModel, count: number, seed: number): Promise<Vectors> {
  const inputs = seededInputs(model, count, seed)
  const outputs = await pushOnce(reference, model, reference.forms[0], inputs, count)
  return { count, file: vectorFile(inputs, outputs, count, seed, streamFlag(model)) }
}

/** Returns vectors of given inputs, which the file holds too. */
export async function givenVectors(model: RunnableModel, inputs: Int8Array, count: number): Promise<Vectors> {
  const outputs = await pushOnce(reference, model, reference.forms[0], inputs, count)
  return { count, file: vectorFile(inputs, outputs, count, 0, WITH_INPUTS | streamFlag(model)) }
}

/** A network that streams proves its pushes: each vector is a hop that goes on where the one before stopped. */
function streamFlag({ graph }: RunnableModel): number {
  return graph.states ? ONE_STREAM : 0
}

/** Returns vectors of a monitor: what is pushed, and the list of events that must come of it. */
export function monitorVectors(pushes: Int8Array, lists: Int8Array, count: number): Vectors {
  return { count, file: vectorFile(pushes, lists, count, 0, WITH_INPUTS | ONE_STREAM | EVENTS) }
}

/** The first `count` vectors of a file, or all where there are fewer. */
export function firstVectors({ count: all, file }: Vectors, count: number): Vectors {
  const kept = Math.min(all, count)
  const head = Buffer.from(file.subarray(0, HEAD))
  head.writeUInt32LE(kept, 8)
  return { count: kept, file: Buffer.concat([head, file.subarray(HEAD, HEAD + (kept * (file.length - HEAD)) / all)]) }
}

/** The inputs of `seededVectors`: twin of `fill_inputs` in firmware-targets/abi/self-test.c. */
export function seededInputs({ graph }: RunnableModel, count: number, seed: number): Int8Array {
  const bytes = rowBytes(graph, graph.inputs)
  const rows = new Int8Array(bytes * count)
  const wide = graph.inputs.map(i => graph.tensors[i].type === 'int16')
  if (wide.includes(true) && wide.includes(false)) {
    throw new HolterError({
      stage: 'package',
      where: graph.name,
      problem: 'inputs of int8 beside inputs of int16 have no seeded vectors',
      hint: 'Give --vectors',
    })
  }
  for (let vector = 0; vector < count; vector++) {
    let state = ((seed ^ Math.imul(vector, 0x9e3779b9)) | 1) >>> 0
    for (let k = 0; k < bytes; k++) {
      const place = vector * bytes + k
      const top = !wide[0] || k % 2 === 1
      if (vector === 0) rows[place] = top ? 0x80 : 0
      else if (vector === 1) rows[place] = top ? 0x7f : 0xff
      else {
        state = xorshift32(state)
        rows[place] = state >>> 24
      }
    }
  }
  return rows
}

/** Marsaglia's generator of 32 bits. */
function xorshift32(x: number): number {
  x ^= x << 13
  x ^= x >>> 17
  return (x ^ (x << 5)) >>> 0
}

function vectorFile(inputs: Int8Array, outputs: Int8Array, count: number, seed: number, flags: number): Uint8Array {
  const head = Buffer.alloc(HEAD)
  head.write('HLTV', 0, 'latin1')
  const words = [2, count, inputs.length / count, outputs.length / count, seed, flags]
  for (const [i, n] of words.entries()) head.writeUInt32LE(n, 4 + 4 * i)
  const row = (all: Int8Array, i: number) =>
    Buffer.from(all.subarray((i * all.length) / count, ((i + 1) * all.length) / count))
  const rows = Array.from({ length: count }, (_, i) => [
    ...(flags & WITH_INPUTS ? [row(inputs, i)] : []),
    row(outputs, i),
  ]).flat()
  return Buffer.concat([head, ...rows])
}
