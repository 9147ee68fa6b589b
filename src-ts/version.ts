import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.ts'

/** Holter's own version, from package.json: `0.1.0`. */
export const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
