import { progress } from '../report/progress.ts'
import type { Context } from '../watch.ts'
import { interruptible } from './interrupt.ts'
import { printJsonError } from './options.ts'

/** What a run shows of itself in a terminal: progress bars and sentences, both on stderr. */
export const terminal: Context = {
  watch: (title, unit, total) => progress({ title, unit, total }),
  say: sentence => console.error(sentence),
}

/** Does a run that Ctrl-C stops cleanly; undefined when it was stopped before there was a result. */
export function inTerminal<T>(run: (context: Context) => Promise<T>): Promise<T | undefined> {
  return interruptible(async signal => {
    try {
      return await run({ ...terminal, signal })
    } catch (error) {
      if (signal.aborted && error === signal.reason) return undefined
      throw error
    }
  })
}

/** Says that nothing came of a run, and sets the exit code. */
export function interrupted(what = 'nothing was written'): void {
  const sentence = `Interrupted: ${what}.`
  console.error(sentence)
  printJsonError(sentence)
  process.exitCode = 1
}
