import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.ts'

const { version: own, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Holter's own version, from package.json: `0.1.0`. */
export const version: string = own

/** The versions that package.json pins of what makes a module. */
export const compilerVersions: readonly string[] = [dependencies.assemblyscript, dependencies.binaryen]
