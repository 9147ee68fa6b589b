import { spawn } from 'node:child_process'
import type { HolterError } from '../errors.ts'

/** A program that answers requests: one line of JSON, which says how many bytes follow it, and these bytes. */
export interface WorkerProcess {
  /** Sends a line and bytes, whose length the line implies, and returns the answer. One request at a time. */
  ask(line: string, bytes?: Uint8Array | Int8Array): Promise<Answer>
  /** Ends the program at once. */
  close(): Promise<void>
}

export interface Answer {
  readonly [field: string]: unknown
  readonly bytes: Int8Array
}

/**
 * Starts a program that reads requests from stdin and answers on stdout. A problem is one line on stderr, and the program ends;
 * `problem` makes an error of it, or of how the program ended. A program ends when its stdin does, so that none outlives this process,
 * however that ends.
 */
export function startWorker(
  command: string,
  args: readonly string[],
  problem: (said: string) => HolterError,
): WorkerProcess {
  const child = spawn(command, args)
  const chunks: AsyncIterator<Buffer> = child.stdout[Symbol.asyncIterator]()
  let stderr = ''
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  // What a dead program cannot read is no error of its own: the missing answer is.
  child.stdin.on('error', () => {})
  const ended = new Promise<string>(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('close', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`))
  })

  /** Read, and not yet part of an answer. */
  let rest: Buffer = Buffer.alloc(0)
  async function more(): Promise<Buffer> {
    // A program that could not be started has no stdout to read.
    const chunk = await chunks.next().catch(() => undefined)
    if (chunk && !chunk.done) return chunk.value
    const end = await ended
    throw problem(stderr.trim().split('\n').at(-1) || end)
  }
  async function line(): Promise<string> {
    while (!rest.includes('\n')) rest = Buffer.concat([rest, await more()])
    const end = rest.indexOf('\n')
    const text = rest.toString('utf8', 0, end)
    rest = rest.subarray(end + 1)
    return text
  }
  async function take(length: number): Promise<Int8Array> {
    const all = new Int8Array(length)
    let at = 0
    while (at < length) {
      if (rest.length === 0) rest = await more()
      const part = rest.subarray(0, length - at)
      all.set(part, at)
      at += part.length
      rest = rest.subarray(part.length)
    }
    return all
  }

  return {
    async ask(request, bytes) {
      child.stdin.write(`${request}\n`)
      if (bytes) child.stdin.write(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      const head = JSON.parse(await line()) as { bytes: number }
      return { ...head, bytes: await take(head.bytes) }
    },
    async close() {
      child.kill()
      await ended
    },
  }
}
