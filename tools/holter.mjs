#!/usr/bin/env node
import { existsSync } from 'node:fs'

// Plain JavaScript without packages, so that a fresh clone gets a sentence and not a stack.
const packages = new URL('../node_modules/tsx/package.json', import.meta.url)

if (existsSync(packages)) {
  const { register } = await import('tsx/esm/api')
  register()
  await import('../src-ts/main.ts')
} else {
  console.error('[setup] node_modules: the packages are not installed. Run npm run setup.')
  process.exitCode = 1
}
