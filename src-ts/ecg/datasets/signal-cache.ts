import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { keepSealed } from '../../files.ts'
import { readFully, withFile } from '../formats/read-file.ts'
import { type PackedSignals, packedSignals } from './packed-dataset.ts'

/** Changes with the layout of the file and with everything in the readers that changes what they return. */
const VERSION = `holter signals 1 ${endianness()}\n`
const DIGEST_BYTES = 32
/** So many splits are kept; the one longest unused goes first. PTB-XL whole takes 0.5 GB. */
const KEPT = 6

export interface Shape {
  readonly records: number
  readonly samples: number
  readonly leads: number
}

/** Returns the key of signals: the SHA-256 of the form that they are packed in and of every byte of their source files, in order. */
export function signalKey(form: object, paths: Iterable<string>): string {
  const hash = createHash('sha256').update(VERSION).update(JSON.stringify(form))
  for (const path of paths) {
    const bytes = readFileSync(path)
    hash.update(`${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/**
 * Returns the signals that the cache in folder `dir` holds under `key`, or builds and keeps them. A file of another size or whose own SHA-256
 * does not hold is built anew, never trusted. A cache that cannot be written is no error: it only saves time.
 */
export async function cachedSignals(
  dir: string,
  key: string,
  shape: Shape,
  build: () => Promise<PackedSignals>,
): Promise<PackedSignals> {
  const path = join(dir, `${key}.signals`)
  const cached = existsSync(path) ? load(path, shape) : undefined
  if (cached) return cached
  const signals = await build()
  keepSealed(path, partsOf(signals), { files: KEPT })
  return signals
}

function bytesOf(array: Int16Array | Float64Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}

/** The parts of the file, views of the signals: joined they would take the memory twice. */
function partsOf({ digital, baseline, stepsPerMillivolt }: PackedSignals): Uint8Array[] {
  return [Buffer.from(VERSION), bytesOf(baseline), bytesOf(stepsPerMillivolt), bytesOf(digital)]
}

function load(path: string, { records, samples, leads }: Shape): PackedSignals | undefined {
  const signals = packedSignals(records, samples, leads)
  const head = Buffer.alloc(VERSION.length)
  const digest = Buffer.alloc(DIGEST_BYTES)
  const parts = [head, bytesOf(signals.baseline), bytesOf(signals.stepsPerMillivolt), bytesOf(signals.digital), digest]
  try {
    return withFile(path, 'Remove it', (file, bytes) => {
      if (bytes !== parts.reduce((sum, part) => sum + part.length, 0)) return undefined
      const hash = createHash('sha256')
      let at = 0
      for (const part of parts) {
        readFully(path, file, part, at, part.length)
        if (part !== digest) hash.update(part)
        at += part.length
      }
      return head.toString() === VERSION && hash.digest().equals(digest) ? signals : undefined
    })
  } catch (error) {
    if (error instanceof HolterError) return undefined
    throw error
  }
}
