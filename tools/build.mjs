#!/usr/bin/env node
// npm run build, and before npm pack: dist/ is src-ts/ as JavaScript with its types, file by file, nothing bundled. Only the npm package
// uses it; a checkout runs its sources.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packages } from './setup/packages.mjs'
import { root } from './setup/places.mjs'
import { run } from './setup/shell.mjs'

if (!packages.ready()) await packages.install()
const [sources, built] = [join(root, 'src-ts'), join(root, 'dist')]
rmSync(built, { recursive: true, force: true })
await run(process.execPath, [
  join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
  '-p',
  join(root, 'tsconfig.build.json'),
])

// Types of TensorFlow.js are there where its package is, and `any` elsewhere: a program that only compiles models checks without it.
for (const name of readdirSync(built, { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue
  const file = join(built, name)
  const text = readFileSync(file, 'utf8')
  const optional = text.replace(/^.*['"]@tensorflow\/.*$/gm, '// @ts-ignore: optional\n$&')
  if (optional !== text) writeFileSync(file, optional)
}

// What the code reads or starts lies beside it: a style sheet, a worker, programs in C and Python.
for (const name of readdirSync(sources, { recursive: true })) {
  if (name.endsWith('.ts') || statSync(join(sources, name)).isDirectory()) continue
  mkdirSync(dirname(join(built, name)), { recursive: true })
  copyFileSync(join(sources, name), join(built, name))
}
