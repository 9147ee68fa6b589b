#!/usr/bin/env node
// npm test [-- PATTERN …]: set up what is missing, then run the test files whose path contains one of the patterns.
import { fileURLToPath } from 'node:url'
import { setup } from './setup.mjs'
import { runTests } from './test-runner.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const ok = (await setup({ quiet: true })) && (await runTests({ root, patterns: process.argv.slice(2) }))
process.exitCode = ok ? 0 : 1
