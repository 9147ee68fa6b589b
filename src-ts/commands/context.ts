import { progress } from '../report/progress.ts'
import type { Context } from '../watch.ts'
import { interruptible } from './interrupt.ts'

/** What a run shows of itself in a terminal: progress bars and sentences, both on stderr. */
export const terminal: Context = {
  watch: (title, unit, total) => progress({ title, unit, total }),
  say: sentence => console.error(sentence),
}

/** Does a run that Ctrl-C stops in good order. */
export function inTerminal<T>(run: (context: Context) => Promise<T>): Promise<T> {
  return interruptible(signal => run({ ...terminal, signal }))
}
