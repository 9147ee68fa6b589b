#!/usr/bin/env node
import { existsSync } from 'node:fs'

// Plain JavaScript without packages, so that a fresh clone gets a sentence and not a stack.
const isCheckout = existsSync(new URL('../src-ts/', import.meta.url))
const packages = new URL('../node_modules/esbuild/package.json', import.meta.url)

if (!isCheckout) {
  await import('../dist/main.js')
} else if (existsSync(packages)) {
  await import('./typescript.mjs')
  await import('../src-ts/main.ts')
} else {
  console.error('[setup] node_modules: the packages are not installed. Run npm run setup.')
  process.exitCode = 1
}
