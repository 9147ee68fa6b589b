import { closeSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { descriptorsAddon } from '../toolchain.ts'

/** What descriptors.c exports: the calls of POSIX. */
interface Descriptors {
  dup(descriptor: number): number
  dup2(descriptor: number, to: number): number
}

/**
 * Returns what `run` returns, with the process's stderr shut meanwhile, for native code that cannot be told to be silent. Whatever stderr
 * is, a terminal, a file, a pipe or a socket, it is the same afterwards. Where set-up built no addon, nothing is shut.
 */
export function withQuietStderr<T>(run: () => T): T {
  const addon = descriptorsAddon()
  if (!addon) return run()
  const { dup, dup2 } = createRequire(import.meta.url)(addon) as Descriptors
  const kept = dup(2)
  // A process may be started without a stderr.
  if (kept < 0) return run()
  const nowhere = openSync('/dev/null', 'w')
  dup2(nowhere, 2)
  try {
    return run()
  } finally {
    dup2(kept, 2)
    closeSync(kept)
    closeSync(nowhere)
  }
}
