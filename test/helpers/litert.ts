import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { converterPython } from '../../src-ts/toolchain.ts'

/** Runs files with one input and one output once each, in LiteRT's own kernels without a delegate, and returns the outputs. */
export function runLitert(jobs: readonly { tflite: Uint8Array; input: Int8Array }[]): Int8Array[] {
  const script = fileURLToPath(new URL('litert.py', import.meta.url))
  const base64 = (bytes: Uint8Array | Int8Array) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  const input = JSON.stringify(jobs.map(job => ({ tflite: base64(job.tflite), input: base64(job.input) })))
  const stdio: ['pipe', 'pipe', 'ignore'] = ['pipe', 'pipe', 'ignore']
  const said = execFileSync(converterPython()!, [script], { input, encoding: 'utf8', stdio, maxBuffer: 1 << 28 })
  return (JSON.parse(said) as string[]).map(bytes => new Int8Array(Buffer.from(bytes, 'base64')))
}
