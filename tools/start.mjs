#!/usr/bin/env node
// npm start: set up what is missing, then `holter demo` with the remaining arguments.
import { setup } from './setup.mjs'

if (await setup({ quiet: true })) {
  process.argv.splice(2, 0, 'demo')
  await import('./holter.mjs')
} else {
  process.exitCode = 1
}
