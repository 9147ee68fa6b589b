import type { Pattern } from '../train/prune/method.ts'

/** Reads N:M, N below M and M at most 16; undefined when the text is no such pattern. */
export function patternOf(text: string): Pattern | undefined {
  const [keep, of] = (/^(\d+):(\d+)$/.exec(text) ?? []).slice(1).map(Number)
  return keep >= 1 && keep < of && of <= 16 ? { keep, of } : undefined
}
