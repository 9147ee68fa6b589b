import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../places.ts'

/** A file that takes part in a compilation, by its name there. Kernels come from src-as, flags from asconfig.json. */
export function kernelSource(name: string): string | null {
  try {
    return readFileSync(join(root, name === 'asconfig.json' ? name : `src-as/${name}`), 'utf8')
  } catch {
    return null
  }
}

/** All files that a compilation can ask for, by name. */
export function kernelSources(): Readonly<Record<string, string>> {
  const names = ['asconfig.json', ...readdirSync(join(root, 'src-as')).filter(name => name.endsWith('.ts'))]
  return Object.fromEntries(names.map(name => [name, kernelSource(name) as string]))
}
