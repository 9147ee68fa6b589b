import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HolterError } from '../errors.ts'
import { readFile, temporaryFolder } from '../files.ts'
import { converterPython, leftOut } from '../toolchain.ts'
import type { ForeignModel } from './foreign.ts'

/** An input of the model, and its shape before and after: those of ONNX are channels first, those of .tflite files channels last. */
export interface ConvertedInput {
  readonly name: string
  readonly shape: readonly number[]
  readonly tfliteShape: readonly number[]
}

/** How far an output of the int8 file is from the model's own. */
export interface OutputDifference {
  /** 10 · log10(Σ real² / Σ (real − int8)²); null where nothing differs. */
  readonly signalToNoiseDb: number | null
  /** Largest |real − int8|. */
  readonly largest: number
}

/** What the converter made. */
export interface Converted {
  readonly tflite: Uint8Array
  readonly inputs: readonly ConvertedInput[]
  readonly outputs: readonly OutputDifference[]
  /** Rows that calibrated it. */
  readonly rows: number
}

/** Returns what the converter lacks here, or undefined. */
export function missingConverter(): string | undefined {
  if (converterPython()) return undefined
  return leftOut('converter') ?? 'it is not installed. Run npx holter setup import'
}

/**
 * Converts a model of another kind to int8 by TensorFlow's converter, in a process of its own, calibrated on rows of `.npy` files, one for
 * each input. Throws HolterError where the converter is not installed, or with what it says of the model.
 */
export async function convert(
  path: string,
  kind: NonNullable<ForeignModel['kind']>,
  calibrate: readonly string[],
  signal?: AbortSignal,
): Promise<Converted> {
  const missing = missingConverter()
  if (missing) {
    const problem = `needs TensorFlow's converter: ${missing}`
    throw new HolterError({ stage: 'setup', where: path, problem })
  }
  const dir = temporaryFolder('import')
  try {
    const out = join(dir, 'converted.tflite')
    const script = fileURLToPath(new URL('converter.py', import.meta.url))
    const args = [script, kind, resolve(path), out, ...calibrate.map(file => resolve(file))]
    const said = await lastLine(converterPython()!, args, dir, path, signal)
    const answer = JSON.parse(said) as Omit<Converted, 'tflite'> & { readonly refused?: string }
    if (answer.refused !== undefined) throw refusal(path, answer.refused)
    return { ...answer, tflite: readFile(out) }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function lastLine(python: string, args: string[], cwd: string, path: string, signal?: AbortSignal): Promise<string> {
  return new Promise((done, failed) => {
    execFile(python, args, { cwd, signal, maxBuffer: 1 << 28 }, (error, stdout) => {
      const line = stdout.trim().split('\n').at(-1)
      if (line) return done(line)
      failed(signal?.aborted ? signal.reason : crash(path, error?.signal ?? `exit code ${error?.code}`))
    })
  })
}

/** TensorFlow's converter aborts where it meets what it did not expect: lists of tensors in loops, above all. */
function crash(where: string, end: string): HolterError {
  const hint = 'If the model has recurrent layers, build them with unroll=True; Holter runs networks without loops'
  return new HolterError({ stage: 'tflite', where, problem: `TensorFlow's converter crashed on it (${end})`, hint })
}

/** Python's exceptions may have many lines; the first ones say what is wrong. */
function refusal(path: string, said: string): HolterError {
  const short = said.replace(/\s+/g, ' ').trim().slice(0, 600).replace(/\.$/, '')
  return new HolterError({ stage: 'tflite', where: path, problem: `cannot be converted: ${short}` })
}
