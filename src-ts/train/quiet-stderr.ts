import { closeSync, fstatSync, openSync } from 'node:fs'

/**
 * Returns what `run` returns, with the process's stderr shut meanwhile, for native code that cannot be told to be silent.
 * Node has no dup2: the lowest free number is the one that open() gives out, so closing 2 and opening something puts it on 2.
 * Where stderr cannot be opened again (a socket, as between two Node processes), it stays open; and in a file too, where a
 * second opening would have a place of its own and write over what stdout wrote.
 */
export function withQuietStderr<T>(run: () => T): T {
  const kept = reopened()
  if (kept === undefined) return run()
  try {
    closeSync(2)
    openSync('/dev/null', 'w')
    return run()
  } finally {
    closeSync(2)
    openSync(`/dev/fd/${kept}`, 'a')
    closeSync(kept)
  }
}

function reopened(): number | undefined {
  try {
    return fstatSync(2).isFile() ? undefined : openSync('/dev/fd/2', 'a')
  } catch {
    return undefined
  }
}
