import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs `work` with an empty HOLTER_CACHE_DIR, so that modules are compiled and not read. */
export async function withEmptyCache<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const before = process.env.HOLTER_CACHE_DIR
  const dir = mkdtempSync(join(tmpdir(), 'holter-cache-'))
  process.env.HOLTER_CACHE_DIR = dir
  try {
    return await work(dir)
  } finally {
    if (before === undefined) delete process.env.HOLTER_CACHE_DIR
    else process.env.HOLTER_CACHE_DIR = before
    rmSync(dir, { recursive: true, force: true })
  }
}
