import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { readManifest } from '../codegen/manifest.ts'
import { HolterError } from '../errors.ts'
import { temporaryFolder } from '../files.ts'
import { programOnPath } from '../toolchain.ts'
import type { Engine } from './engine.ts'
import { commonFeatures, formName, moduleForms } from './form.ts'
import { totalBytes } from './node.ts'
import { checkRows } from './session.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome']
/** Rows that cross the pipe at once, in bytes: base64 of it is one message. */
const CHUNK_BYTES = 4 << 20

/** The module in a headless Chromium, as on a web page. Its clock is coarse, so that a time is the mean of many runs. */
export const chromium: Engine = {
  name: 'chromium',
  runs: 'module',
  forms: moduleForms([...commonFeatures, 'RelaxedSIMD']),
  missing: () =>
    browserProgram()
      ? undefined
      : `no browser is on the PATH (looked for ${names.join(', ')}). Run apt-get install chromium`,
  async open(model, form) {
    const where = `${model.graph.name} ${formName(form)}`
    const wasm = await model.module(form.flavour)
    const { inputs, outputs } = readManifest(wasm, where)
    const inBytes = totalBytes(inputs)
    const outBytes = totalBytes(outputs)
    const browser = await openPage(browserProgram()!, where)
    try {
      await browser.evaluate(PAGE)
      const loadNs = (await browser.evaluate(call('load', base64(wasm), inputs, outputs))) as number
      const all = async (call: (rows: string) => string, rows: Int8Array, count: number) => {
        checkRows(rows, count, inBytes, where)
        const result = new Int8Array(count * outBytes)
        const step = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(inBytes, outBytes)))
        for (let row = 0; row < count; row += step) {
          const chunk = rows.subarray(row * inBytes, Math.min(row + step, count) * inBytes)
          const bytes = await browser.evaluate(call(base64(chunk)))
          result.set(Buffer.from(String(bytes), 'base64'), row * outBytes)
        }
        return result
      }
      return {
        run: (rows, count) => all(chunk => call('run', chunk), rows, count),
        push: (rows, count) => all(chunk => call('push', chunk), rows, count),
        reset: async () => void (await browser.evaluate('reset()')),
        async time(row, reps) {
          checkRows(row, 1, inBytes, where)
          return { loadNs, runNs: (await browser.evaluate(call('time', base64(row), reps))) as number[] }
        },
        close: browser.close,
      }
    } catch (error) {
      await browser.close()
      throw error
    }
  },
}

/** What the page holds: a module, and how rows come and go as base64. A browser rounds its clock, so `time` counts runs of some milliseconds. */
const PAGE = `
  let memory, runModule, pushModule, reset, inputs, outputs
  const bytesOf = text => Uint8Array.from(atob(text), character => character.charCodeAt(0))
  const total = ports => ports.reduce((sum, { bytes }) => sum + bytes, 0)
  function write(row) {
    let at = 0
    for (const { address, bytes } of inputs) new Uint8Array(memory.buffer).set(row.subarray(at, (at += bytes)), address)
  }
  async function load(wasm, inputPorts, outputPorts) {
    inputs = inputPorts
    outputs = outputPorts
    const code = bytesOf(wasm)
    const began = performance.now()
    const { instance } = await WebAssembly.instantiate(code, {})
    const loadNs = Math.round((performance.now() - began) * 1e6)
    memory = instance.exports.memory
    runModule = instance.exports.run
    pushModule = instance.exports.push ?? runModule
    reset = instance.exports.reset ?? (() => {})
    reset()
    return loadNs
  }
  const run = text => rows(text, runModule)
  const push = text => rows(text, pushModule)
  function rows(text, once) {
    const rows = bytesOf(text)
    const results = []
    for (let at = 0; at < rows.length; at += total(inputs)) {
      write(rows.subarray(at, at + total(inputs)))
      once()
      for (const { address, bytes } of outputs) results.push(String.fromCharCode(...new Uint8Array(memory.buffer, address, bytes)))
    }
    return btoa(results.join(''))
  }
  function time(text, reps) {
    write(bytesOf(text))
    const runNs = []
    for (let done = 0; done < reps; ) {
      let runs = 0
      const began = performance.now()
      let now = began
      for (; now - began < 5 && done < reps; done++, runs++, now = performance.now()) runModule()
      const mean = Math.round(((now - began) * 1e6) / runs)
      for (let run = 0; run < runs; run++) runNs.push(mean)
    }
    return runNs
  }
`

function call(name: string, ...args: unknown[]): string {
  return `${name}(${args.map(argument => JSON.stringify(argument)).join(', ')})`
}

function base64(bytes: Uint8Array | Int8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** Returns the first browser of the family on the PATH. */
export function browserProgram(): string | undefined {
  return programOnPath(...names)
}

interface Page {
  /** Evaluates an expression in the page, waits for its promise and returns its value. */
  evaluate(expression: string): Promise<unknown>
  close(): Promise<void>
}

/** Starts the browser with a page, and speaks the DevTools protocol over a pipe: messages of JSON that end with a zero byte. */
export async function openPage(command: string, where: string, url = 'about:blank'): Promise<Page> {
  const profile = temporaryFolder('chromium')
  const args = [
    '--headless',
    '--remote-debugging-pipe',
    '--no-first-run',
    '--disable-gpu',
    `--user-data-dir=${profile}`,
  ]
  // Chromium's sandbox refuses root, who is usual in a container. The page runs a module and nothing else.
  if (process.getuid?.() === 0) args.push('--no-sandbox')
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const devTools = speak(child, where)
  const close = async () => {
    // Asked to, it ends its own processes, which would write to the profile otherwise.
    await devTools.ask('Browser.close', {}).catch(() => child.kill())
    await devTools.ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
  }
  try {
    const { targetId } = await devTools.ask<{ targetId: string }>('Target.createTarget', { url })
    const { sessionId } = await devTools.ask<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    })
    return {
      async evaluate(expression) {
        const params = { expression, awaitPromise: true, returnByValue: true }
        const { result, exceptionDetails } = await devTools.ask<Evaluated>('Runtime.evaluate', params, sessionId)
        if (!exceptionDetails) return result.value
        const said = (exceptionDetails.exception?.description ?? exceptionDetails.text).split('\n')[0]
        throw new HolterError({ stage: 'engine', where, problem: `chromium: ${said}` })
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The answer to Runtime.evaluate. */
interface Evaluated {
  readonly result: { readonly value: unknown }
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } }
}

interface Answer {
  readonly id?: number
  readonly result: unknown
  readonly error?: { readonly message: string }
}

/** Questions and answers of the DevTools protocol, by their numbers. */
function speak(child: ChildProcess, where: string) {
  const [, , , to, from] = child.stdio as [unknown, unknown, unknown, Writable, Readable]
  const waiting = new Map<number, (answer: Answer | undefined) => void>()
  let rest: Buffer[] = []
  from.on('data', (chunk: Buffer) => {
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0)) {
      const answer = JSON.parse(Buffer.concat([...rest, chunk.subarray(0, end)]).toString()) as Answer
      rest = []
      chunk = chunk.subarray(end + 1)
      // Events have no number.
      if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
    }
    rest.push(chunk)
  })
  // What a dead browser cannot read is no error of its own: the missing answer is.
  to.on('error', () => {})
  let end: string | undefined
  const ended = new Promise<void>(resolve => {
    const stop = (how: string) => {
      end ??= how
      for (const answer of waiting.values()) answer(undefined)
      resolve()
    }
    child.on('error', error => stop(error.message))
    child.on('close', (code, signal) => stop(`it ended with ${signal ?? `exit code ${code}`}`))
  })
  let asked = 0
  return {
    ended,
    async ask<T>(method: string, params: object, sessionId?: string): Promise<T> {
      const id = ++asked
      const answer = await new Promise<Answer | undefined>(resolve => {
        if (end !== undefined) return resolve(undefined)
        waiting.set(id, resolve)
        to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      })
      waiting.delete(id)
      const problem = answer ? answer.error?.message : end
      if (problem !== undefined) throw new HolterError({ stage: 'engine', where, problem: `chromium: ${problem}` })
      return answer!.result as T
    },
  }
}
