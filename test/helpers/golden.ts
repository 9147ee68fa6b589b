import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'

const FOLDER = new URL('../golden/', import.meta.url)

/** Compares text with test/golden/<name>; UPDATE_GOLDEN=1 writes it anew. */
export function golden(name: string, text: string): void {
  const file = new URL(name, FOLDER)
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(file, text)
  }
  assert.ok(existsSync(file), `${fileURLToPath(file)} is missing: UPDATE_GOLDEN=1 npm test writes it`)
  assert.fixture(text, readFileSync(file, 'utf8'))
}
