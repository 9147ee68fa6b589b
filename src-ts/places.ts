import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// tools/setup/places.mjs has the same places for set-up, which runs before any TypeScript can.

/** The folder of package.json, with a slash: a checkout, where this file lies in src-ts/, or the npm package, where it lies in dist/. */
export const root = fileURLToPath(new URL('../', import.meta.url))

/** Whether the sources are here, and not only what tools/build.mjs made of them. */
export const isCheckout = existsSync(join(root, 'src-ts'))

/** Returns the folder of what outlives an installation (data, signals, libraries): HOLTER_CACHE_DIR, else ~/.cache/holter. */
export function cacheDir(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return environment.HOLTER_CACHE_DIR || join(homedir(), '.cache', 'holter')
}
