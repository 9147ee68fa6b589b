import { InvalidArgumentError } from 'commander'
import { patternOf } from '../runs/prune-pattern.ts'
import type { Pattern } from '../train/prune/method.ts'
import { within } from './options.ts'

/** Parses a share to cut for commander. */
export const share = within(0, 0.99)

/** Parses N:M for commander. */
export function pattern(text: string): Pattern {
  const found = patternOf(text)
  if (found) return found
  throw new InvalidArgumentError('It must be N:M with N below M, and M at most 16, such as 2:4.')
}

/** Parses LAYER=SHARE for commander, and adds it to those before. */
export function layerShare(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const at = text.lastIndexOf('=')
  if (at > 0) return { ...before, [text.slice(0, at)]: share(text.slice(at + 1)) }
  throw new InvalidArgumentError('It must be the name of a layer and its share, such as conv2=0.8.')
}
