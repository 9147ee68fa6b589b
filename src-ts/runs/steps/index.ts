import { join } from 'node:path'
import type { CompiledModel } from '../../engines/model.ts'
import { byName } from '../../errors.ts'
import { parseLine } from './line.ts'
import { prune } from './prune.ts'
import { quantize } from './quantize.ts'
import type { Piece, Step, Work, Workshop } from './step.ts'

/** All steps that a chain can name; a new one is a file and a line here. */
export const steps: readonly Step[] = [prune, quantize]

/** Steps in their order, ready for work. */
export type Chain = readonly { readonly name: string; readonly work: Work }[]

/** Returns the steps that lines name. Throws HolterError when a line names none, or has options that its step does not take. */
export function chainOf(lines: readonly string[]): Chain {
  return lines.map(text => {
    const line = parseLine(text)
    return { name: line.name, work: byName('step', line.name, steps).prepare(line) }
  })
}

/**
 * Takes a trained model through the steps, each with a folder of its own below `out`, and quantizes it at the end unless a step did.
 * Undefined when the signal came first.
 */
export async function runChain(
  chain: Chain,
  first: Piece,
  workshop: Workshop,
): Promise<(Piece & { readonly int8: CompiledModel }) | undefined> {
  let piece: Piece | undefined = first
  for (const [i, { name, work }] of chain.entries()) {
    piece = await work(piece, { ...workshop, out: join(workshop.out, `${i + 1}-${name}`) })
    if (!piece) return undefined
  }
  if (piece.int8) return { ...piece, int8: piece.int8 }
  const [{ work }] = chainOf([quantize.name])
  return (await work(piece, workshop)) as Piece & { readonly int8: CompiledModel }
}
