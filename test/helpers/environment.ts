import { existsSync } from 'node:fs'
import type * as uvu from 'uvu'
import { venvPython } from '../../src-ts/toolchain.ts'

/**
 * Says on stdout that a test is left out and why. The runner (tools/test-runner.mjs) counts and lists these lines,
 * so `reason` names what is missing and how to get it.
 */
export function skip(suiteName: string, testName: string, reason: string): void {
  console.log(`SKIP ${suiteName} | ${testName}: ${reason}`)
}

/** Returns the folder of real ECG data that ECG_DATA_DIR names, or undefined when it is unset or not there. */
export function ecgDataDir(): string | undefined {
  const dir = process.env.ECG_DATA_DIR
  return dir && existsSync(dir) ? dir : undefined
}

/** Returns the path of the python of the virtual environment that set-up makes, or undefined without one. */
export function python(): string | undefined {
  return venvPython()
}

/** Returns `test` of a suite, or, where something is missing, what says so for each test in its place. */
export function testUnless(missing: string | undefined, suiteName: string, test: uvu.Test): Scene {
  return missing ? name => skip(suiteName, name, missing) : test
}

type Scene = (name: string, run: () => void | Promise<void>) => void
