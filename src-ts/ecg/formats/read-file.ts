import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { HolterError } from '../../errors.ts'

/** What to say when a file cannot be opened, by the code of the system error. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the file is missing',
  EACCES: 'no permission to read the file',
  EISDIR: 'this is a folder, not a file',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'the path runs through a loop of symbolic links',
  EMFILE: 'too many files are open',
}

/**
 * Returns what `use` makes of an open regular file of `bytes` bytes; the file is closed afterwards.
 * Folders, pipes and devices are refused before anything is read, since reading them may never end.
 */
export function withFile<T>(path: string, hint: string, use: (file: number, bytes: number) => T): T {
  return systemProblems(path, hint, () => {
    // Without O_NONBLOCK (which Windows lacks), opening a pipe waits until somebody writes to it.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const facts = fstatSync(file)
      if (!facts.isFile()) {
        throw new HolterError({ stage: 'ecg', where: path, problem: 'this is not a regular file', hint })
      }
      return use(file, facts.size)
    } finally {
      closeSync(file)
    }
  })
}

/** Reads `count` bytes from position `from` into `out`; a file that ends earlier is an error. */
export function readFully(path: string, file: number, out: Uint8Array, from: number, count: number): void {
  let done = 0
  while (done < count) {
    const got = readSync(file, out, done, count - done, from + done)
    if (got === 0) {
      throw new HolterError({
        stage: 'ecg',
        where: path,
        problem: 'the file ended while it was read',
        got: `${from + done} bytes`,
        expected: `${from + count}`,
      })
    }
    done += got
  }
}

/** Returns the text (UTF-8, without byte order mark) of a file of at most `maxBytes`; NUL bytes are refused: text has none. */
export function readText(path: string, maxBytes: number, hint: string): string {
  return withFile(path, hint, (file, bytes) => {
    if (bytes > maxBytes) {
      throw new HolterError({
        stage: 'ecg',
        where: path,
        problem: 'the file is too large for what it should be',
        got: `${bytes} bytes`,
        expected: `at most ${maxBytes}`,
        hint,
      })
    }
    const content = Buffer.allocUnsafe(bytes)
    readFully(path, file, content, 0, bytes)
    const nul = content.indexOf(0)
    if (nul >= 0) {
      throw new HolterError({
        stage: 'ecg',
        where: `${path}, byte ${nul}`,
        problem: 'the text holds a NUL byte, so this is a binary or damaged file',
        hint,
      })
    }
    const text = content.toString('utf8')
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  })
}

function systemProblems<T>(path: string, hint: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (error instanceof HolterError || code === undefined) throw error
    const problem = REASONS[code] ?? `the file cannot be read, the system says ${code}`
    throw new HolterError({ stage: 'ecg', where: path, problem, hint })
  }
}
