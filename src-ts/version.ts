import { readFileSync } from 'node:fs'

/** Holter's own version, from package.json: `0.1.0`. */
export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
