/** Stages of the pipeline, the first word of an error. */
export type Stage =
  | 'usage'
  | 'setup'
  | 'ecg'
  | 'train'
  | 'metrics'
  | 'export'
  | 'ops'
  | 'passes'
  | 'quantize'
  | 'plan'
  | 'tflite'
  | 'codegen'
  | 'package'
  | 'engine'
  | 'monitor'
  | 'evaluate'
  | 'verify'
  | 'report'
  | 'npy'
  | 'file'

export interface Problem {
  /** Which stage found it. */
  stage: Stage
  /** File, record, node or option in which it stands. */
  where: string
  /** What is wrong, one clause without a full stop. */
  problem: string
  got?: string | number
  expected?: string | number
  /** What to do next, one sentence without its full stop, or a question with its mark. */
  hint?: string
}

/**
 * The one error class for everything a user can cause or repair.
 * Its message is one line: `[stage] where: problem (got X, expected Y). Hint.`
 */
export class HolterError extends Error {
  readonly detail: Problem

  constructor(detail: Problem) {
    super(sentence(detail))
    this.name = 'HolterError'
    this.detail = detail
  }
}

function sentence({ stage, where, problem, got, expected, hint }: Problem): string {
  const facts = [got === undefined ? '' : `got ${got}`, expected === undefined ? '' : `expected ${expected}`].filter(
    Boolean,
  )
  const line = `[${stage}] ${where}: ${problem}${facts.length ? ` (${facts.join(', ')})` : ''}.${hint ? ` ${ended(hint)}` : ''}`
  // Names from foreign files must not steer the terminal that shows them: no control or text-direction characters.
  return line.replace(/\s*\n\s*/g, ' ').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '·')
}

function ended(hint: string): string {
  return hint.endsWith('?') ? hint : `${hint}.`
}

/** Returns the name closest to `given` (edit distance at most a third of its length, at least 2), or undefined. */
export function closest(given: string, names: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(given.length / 3))
  const ranked = names.map(name => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
  const best = ranked.sort((a, b) => a.distance - b.distance)[0]
  return best && best.distance <= limit ? best.name : undefined
}

/** Levenshtein distance by the two-row dynamic programme (Wagner and Fischer, 1974). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      current[j] = Math.min(swap, previous[j] + 1, current[j - 1] + 1)
    }
    previous = current
  }
  return previous[b.length]
}

/** Looks `name` up in a list of named things; an unknown name is an error that lists the choices and suggests the nearest. */
export function byName<T extends { name: string }>(kind: string, name: string, things: readonly T[]): T {
  const found = things.find(thing => thing.name === name)
  if (found) return found
  const names = things.map(thing => thing.name)
  const near = closest(name, names)
  throw new HolterError({
    stage: 'usage',
    where: name,
    problem: `no such ${kind}`,
    expected: names.join(', '),
    hint: near ? `Did you mean ${near}?` : undefined,
  })
}
