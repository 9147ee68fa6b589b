import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { converterPython } from '../../src-ts/toolchain.ts'

/** Writes the models of a family (foreign-models.py) into a new folder, and returns a function from a file's name to its path. */
export function foreignModels(family: 'keras' | 'onnx'): (name: string) => string {
  const dir = mkdtempSync(join(tmpdir(), `holter-${family}-`))
  const script = fileURLToPath(new URL('foreign-models.py', import.meta.url))
  execFileSync(converterPython()!, [script, dir, family], { stdio: ['ignore', 'ignore', 'pipe'] })
  return name => join(dir, name)
}
