import { closeSync, fstatSync, openSync } from 'node:fs'

/**
 * Returns what `run` returns, with the process's stderr shut meanwhile, for native code that cannot be told to be silent.
 * Node has no dup2: the lowest free number is the one that open() gives out, so closing 2 and opening something puts it on 2.
 * Where stderr cannot be opened again (a socket, as between two Node processes), it stays open.
 */
export function withQuietStderr<T>(run: () => T): T {
  const kept = reopened()
  if (kept === undefined) return run()
  try {
    put(2, '/dev/null')
    return run()
  } finally {
    put(2, `/dev/fd/${kept}`)
    closeSync(kept)
  }
}

function reopened(): number | undefined {
  try {
    const kept = openSync('/dev/fd/2', 'a')
    // A second opening of a file has a place of its own. At the end of the file both write behind each other, stdout too (2>&1).
    if (sameFile(1, 2)) put(1, `/dev/fd/${kept}`)
    return kept
  } catch {
    return undefined
  }
}

function sameFile(a: number, b: number): boolean {
  const [one, other] = [fstatSync(a), fstatSync(b)]
  return one.isFile() && one.dev === other.dev && one.ino === other.ino
}

function put(descriptor: number, path: string): void {
  closeSync(descriptor)
  openSync(path, 'a')
}
