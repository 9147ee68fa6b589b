#!/usr/bin/env node
// Installs what Holter can use beside its npm packages, and those of a checkout. Plain JavaScript without packages: on a fresh clone there are none.
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { converter } from './setup/converter.mjs'
import { descriptors } from './setup/descriptors.mjs'
import { firmware } from './setup/firmware.mjs'
import { packages } from './setup/packages.mjs'
import { isCheckout, recordFile } from './setup/places.mjs'
import { python } from './setup/python.mjs'
import { SetupProblem } from './setup/shell.mjs'
import { tensorflow } from './setup/tensorflow.mjs'
import { training } from './setup/training.mjs'
import { wasmtime } from './setup/wasmtime.mjs'

/**
 * In order; a later step may use what an earlier one installed. A step has a name, the part that it belongs to (the word by which a user
 * asks for it), a cost (size and time, for the user), ready() → what the record gets, or undefined when there is something to do,
 * lacks() → why it cannot be done here, or undefined, and install(say). Steps that are not `required` may fail: the product works
 * without them, and says so. One that is `onDemand` is installed only where its part is asked for.
 */
const steps = [
  ...(isCheckout ? [packages] : []),
  python,
  training,
  tensorflow,
  descriptors,
  wasmtime,
  firmware,
  converter,
]

/** After a failure, automatic set-ups leave the step alone for so long: a test run should not wait for a dead network each time. */
const patienceMs = 10 * 60_000

/**
 * Installs what is missing, and returns false when something required, or a part that was asked for, cannot be installed.
 * @param {{ quiet?: boolean, wanted?: readonly string[] }} options quiet: says nothing where there is nothing to do, and does not repeat a step that failed just now;
 *   wanted: the parts to install; default: all that are not on demand
 */
export async function setup({ quiet = false, wanted = [] } = {}) {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) {
    console.error(`[setup] node: too old (got ${process.version}, expected 20, 22 or 24). Install a newer Node.js.`)
    return false
  }
  const before = readRecord()
  const isWanted = step => step.required || (wanted.length ? wanted.includes(step.part) : !step.onDemand)
  const record = { leftOut: {} }
  for (const step of steps) {
    const earlier = before?.leftOut?.[step.name]
    const rests = !isWanted(step) || (quiet && earlier && Date.now() - earlier.at < patienceMs)
    const problem = !rests ? await make(step, quiet) : step.ready() ? undefined : earlier
    if (problem) record.leftOut[step.name] = problem
    if (problem && step.required) return false
    const { leftOut, ...found } = step.ready() ?? {}
    Object.assign(record, found)
    for (const [name, reason] of Object.entries(leftOut ?? {})) record.leftOut[name] = { reason, at: Date.now() }
  }
  if (!quiet) for (const [name, { reason }] of Object.entries(record.leftOut)) say(`left out: ${name}: ${reason}.`)
  writeRecord(record)
  return !steps.some(step => wanted.includes(step.part) && record.leftOut[step.name])
}

/** Brings one step to its end; returns undefined, or what stood in the way and when. */
async function make(step, quiet) {
  if (step.ready()) {
    if (!quiet) say(`${step.name}: ready.`)
    return undefined
  }
  const lacking = step.lacks?.()
  const began = Date.now()
  try {
    if (lacking) throw new SetupProblem(lacking)
    say(`${step.name}: installing (${step.cost()}) …`)
    await step.install(text => say(`${step.name}: ${text}`))
    say(`${step.name}: done in ${((Date.now() - began) / 1000).toFixed(0)} s.`)
    return undefined
  } catch (problem) {
    const reason = problem instanceof SetupProblem || problem.code ? problem.message : problem.stack
    if (quiet || step.required) say(`${step.name}: ${step.required ? 'failed' : 'left out'}: ${reason}.`)
    return { reason, at: Date.now() }
  }
}

function say(line) {
  console.error(`[setup] ${line}`)
}

function readRecord() {
  try {
    return existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : undefined
  } catch {
    return undefined // written by hand or by another version: made anew
  }
}

function writeRecord(record) {
  mkdirSync(dirname(recordFile), { recursive: true })
  const partial = `${recordFile}.partial-${process.pid}`
  writeFileSync(partial, `${JSON.stringify(record, null, 2)}\n`)
  renameSync(partial, recordFile)
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2)
  const known = [...new Set(steps.flatMap(step => step.part ?? []))]
  const odd = wanted.find(word => !known.includes(word))
  if (odd) say(`${odd}: no such part (expected ${known.join(', ')}).`)
  process.exitCode = !odd && (await setup({ wanted })) ? 0 : 1
}
