import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { HolterError } from './errors.ts'

/** A temporary file that was not touched for so long is what a killed process left; no write pauses for an hour. */
const ABANDONED_MS = 3_600_000

/** Makes a folder of a name of its own where the system keeps what is temporary; the caller removes it. One that cannot be made is a HolterError. */
export function temporaryFolder(purpose: string): string {
  try {
    return mkdtempSync(join(tmpdir(), `holter-${purpose}-`))
  } catch (error) {
    const problem = `no temporary folder can be made (${(error as NodeJS.ErrnoException).code})`
    const hint = 'Name a folder that can be written in TMPDIR, or make room'
    throw new HolterError({ stage: 'file', where: tmpdir(), problem, hint })
  }
}

/**
 * Writes a file whole or not at all: under a temporary name in the same folder, then renamed. What a killed process left of such a write
 * is cleared away. Parts are written one after another, so that large ones need not be joined. Folders are made as needed. A full disk, a file in the way of a folder or missing rights are one HolterError.
 */
export function writeFile(path: string, contents: string | Uint8Array | readonly Uint8Array[]): void {
  let temporary: string | undefined
  try {
    makeFolders(dirname(path))
    const part = openPart(path)
    const { file } = part
    temporary = part.temporary
    try {
      const text = typeof contents === 'string' ? Buffer.from(contents) : contents
      for (const bytes of text instanceof Uint8Array ? [text] : text) {
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
      }
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    try {
      if (temporary) rmSync(temporary, { force: true })
    } catch {
      // The first failure is the one to report.
    }
    // A missing folder was made above, unless its file system makes none.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') makeFolder(dirname(path))
    throw fileError(path, 'cannot be written', error)
  }
}

/** Opens the first of `path.0.part`, `path.1.part`, … that no other process writes to at this moment. */
function openPart(path: string): { file: number; temporary: string } {
  for (let slot = 0; ; slot++) {
    const temporary = `${path}.${slot}.part`
    const untouchedMs = Date.now() - (statSync(temporary, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN)
    if (untouchedMs > ABANDONED_MS) rmSync(temporary, { force: true })
    try {
      return { file: openSync(temporary, 'wx'), temporary }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Makes the output folder before hours of work depend on it. */
export function makeFolder(path: string): void {
  try {
    makeFolders(path)
  } catch {
    const problem =
      existsSync(path) && !statSync(path).isDirectory() ? 'it is a file, not a folder' : 'the folder cannot be made'
    throw new HolterError({ stage: 'file', where: path, problem, hint: 'Choose another --out' })
  }
}

/** Makes a folder and what is missing above it. Node's own recursion never ends in a file system that makes none, as /proc does. */
function makeFolders(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return
  const parent = dirname(path)
  if (parent !== path) makeFolders(parent)
  try {
    mkdirSync(path)
  } catch (error) {
    // Another process may have made it in between.
    if (!(existsSync(path) && statSync(path).isDirectory())) throw error
  }
}

/** What files of a cache may be at most, together. */
interface Limits {
  readonly files?: number
  readonly bytes?: number
}

/** Removes the files of a folder whose names end in `suffix` and that were longest unused, until no more than `files` and `bytes` are left. */
function dropOldest(dir: string, suffix: string, { files = Infinity, bytes = Infinity }: Limits): void {
  const byUse = readdirSync(dir)
    .filter(name => name.endsWith(suffix))
    .map(name => ({ path: join(dir, name), ...statSync(join(dir, name), { throwIfNoEntry: false }) }))
    .sort((a, b) => (b.atimeMs ?? 0) - (a.atimeMs ?? 0))
  let sum = 0
  for (const [i, { path, size = 0 }] of byUse.entries()) {
    sum += size
    if (i >= files || sum > bytes) rmSync(path, { force: true })
  }
}

/**
 * Keeps a file that saves work next time: its parts with their own SHA-256 behind them, so that a reader can tell damage. The files of its folder
 * with the same ending that were longest unused make room. A cache that cannot be written is no error.
 */
export function keepSealed(path: string, parts: readonly Uint8Array[], limits: Limits): void {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  try {
    writeFile(path, [...parts, hash.digest()])
    dropOldest(dirname(path), extname(path), limits)
  } catch (error) {
    if (!(error instanceof HolterError)) throw error
  }
}

/** Reads a whole file. A missing or unreadable one is a HolterError with `hint`. */
export function readFile(path: string, hint?: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw fileError(path, 'cannot be read', error, hint)
  }
}

/** SHA-256 of bytes or text, hex. */
export function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex')
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than the file size limit (ulimit -f)',
  EMFILE: 'too many files are open',
}

/** Returns what went wrong with a file as one sentence. */
export function fileError(path: string, problem: string, error: unknown, hint?: string): HolterError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const reason = REASONS[code] ?? (error as Error).message
  return new HolterError({ stage: 'file', where: path, problem: `${problem}: ${reason}`, hint })
}
