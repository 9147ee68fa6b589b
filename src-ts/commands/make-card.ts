import { parseArgs } from 'node:util'
import { HolterError } from '../errors.ts'
import { type CardInput, makeCard } from '../runs/make-card.ts'

const USAGE = 'MODEL.tflite EVALUATION.json … [--note SENTENCE …]'

/** Writes the card of the model that is named, from the evaluations and with the notes that are given: tools/make-card. */
export function makeCardCommand(args: readonly string[]): void {
  makeCard(parsed(args))
}

function parsed(args: readonly string[]): CardInput {
  const wrong = (problem: string) => new HolterError({ stage: 'usage', where: 'make-card', problem, expected: USAGE })
  const options = { note: { type: 'string', multiple: true } } as const
  try {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options })
    const [path, ...evaluations] = positionals
    if (path?.endsWith('.tflite') && evaluations.length) return { path, evaluations, notes: values.note }
  } catch (error) {
    throw wrong((error as Error).message.split('. ')[0])
  }
  throw wrong('a model and its evaluations are needed')
}
