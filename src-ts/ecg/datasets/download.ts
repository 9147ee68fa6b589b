import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Response } from 'undici'
import { HolterError } from '../../errors.ts'
import { proxyHint, proxyingFetch } from './proxy.ts'

/** How hard to try. */
export interface Patience {
  /** Attempts at one file, default 6. */
  readonly attempts?: number
  /** Pause before the second attempt, doubled before each further one; default 500 ms. */
  readonly retryDelayMs?: number
  /** An attempt without a byte for so long is given up; default 30 s. */
  readonly stallMs?: number
  readonly signal?: AbortSignal
}

/** Answers after which another attempt makes sense: time-outs, too many requests, faults of the server. */
const passing = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500

/** What a status means for people. */
const MEANINGS: Readonly<Record<number, string>> = {
  401: 'the server wants a login',
  403: 'the server refuses access',
  404: 'the server has no such file',
  407: 'the proxy wants a login',
}

/**
 * Downloads `url` to `path` and checks its SHA-256 (hex); `arrived` is told of all bytes that come over the network. What an earlier attempt,
 * or an earlier process, left in `path.part` is continued; the file appears under its name only when its checksum holds.
 * Cut connections, stalls, wrong bytes and passing faults of the server are tried again; then, and at once for a refusal, it is an error.
 */
export async function download(
  url: string,
  path: string,
  checksum: string,
  patience: Patience = {},
  arrived: (bytes: number) => void = () => {},
): Promise<void> {
  const part = `${path}.part`
  mkdirSync(dirname(path), { recursive: true })
  await persist(url, patience, async watch => {
    await transfer(url, part, watch, arrived)
    const found = await checksumOf(part)
    if (found === checksum) return renameSync(part, path)
    rmSync(part)
    throw new Error(
      `the file does not have its checksum (got ${found.slice(0, 12)}…, expected ${checksum.slice(0, 12)}…)`,
    )
  })
}

/** Returns the text at `url`, at most `maxBytes` of it; tried as often as a download. */
export async function downloadText(url: string, maxBytes: number, patience: Patience = {}): Promise<string> {
  return persist(url, patience, async watch => {
    const response = await request(url, {}, watch)
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of bodyOf(response, watch)) {
      length += chunk.length
      if (length > maxBytes) throw refusal(url, 'the answer is too long', `at most ${maxBytes} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  })
}

/** Returns the SHA-256 (hex) of a file, which is never held whole. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** A watch that ends an attempt when nothing arrives for too long, or when the user stops. */
interface Watch {
  readonly signal: AbortSignal
  alive(): void
}

/** Runs `attempt` until it succeeds, is refused for good, or patience ends. */
async function persist<T>(url: string, patience: Patience, attempt: (watch: Watch) => Promise<T>): Promise<T> {
  const { attempts = 6, retryDelayMs = 500, stallMs = 30_000, signal } = patience
  for (let tried = 1; ; tried++) {
    // One controller for both reasons: AbortSignal.any of Node.js 20 may be collected as garbage and then never fires.
    const controller = new AbortController()
    let stalled = false
    const end = () => {
      stalled = true
      controller.abort()
    }
    const stop = () => controller.abort()
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)
    let timer = setTimeout(end, stallMs)
    const alive = () => {
      clearTimeout(timer)
      timer = setTimeout(end, stallMs)
    }
    try {
      return await attempt({ signal: controller.signal, alive })
    } catch (error) {
      if (error instanceof HolterError) throw error
      if (signal?.aborted) throw refusal(url, 'the download was stopped', undefined, 'Run the command again to go on')
      const reason = stalled ? `nothing arrived for ${stallMs / 1000} s` : reasonOf(error)
      // fetch shows no answer of this kind, forwarded or to a tunnel; another attempt would get the same.
      if (reason.includes('(407)')) throw refusal(url, MEANINGS[407], undefined, hintFor(), 407)
      if (isOurDisk(error)) throw refusal(url, `the file cannot be written, ${reason}`)
      if (tried >= attempts)
        throw refusal(url, `${attempts} attempts failed, the last one because ${reason}`, undefined, hintFor())
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
    await sleep(retryDelayMs * 2 ** (tried - 1), undefined, { signal }).catch(() => {})
  }
}

/** Continues `part` with what is missing of `url`. */
async function transfer(url: string, part: string, watch: Watch, arrived: (bytes: number) => void): Promise<void> {
  const have = existsSync(part) ? statSync(part).size : 0
  const response = await request(url, have > 0 ? { Range: `bytes=${have}-` } : {}, watch)
  // 416: there is nothing behind what we have; its checksum decides.
  if (response.status === 416) {
    await response.body?.cancel()
    return
  }
  const continues = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`)
  const file = await open(part, continues ? 'a' : 'w')
  try {
    for await (const chunk of bodyOf(response, watch)) {
      for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten
      arrived(chunk.length)
    }
  } finally {
    await file.close()
  }
}

async function request(url: string, headers: Record<string, string>, { signal, alive }: Watch): Promise<Response> {
  const fetch = await proxyingFetch()
  // Compressed answers could not be continued in the middle.
  const response = await fetch(url, { headers: { ...headers, 'Accept-Encoding': 'identity' }, signal })
  alive()
  if (response.ok || response.status === 416) return response
  await response.body?.cancel()
  if (passing(response.status)) throw new Error(`the server answered ${response.status}`)
  const meaning = MEANINGS[response.status] ?? `the server answered ${response.status}`
  throw refusal(url, `${meaning}`, undefined, hintFor(), response.status)
}

/** Yields what arrives. An abort cancels the reading here as well: fetch may forget its signal once the head of an answer is there. */
async function* bodyOf(response: Response, { signal, alive }: Watch): AsyncGenerator<Uint8Array> {
  if (!response.body) return
  const reader = response.body.getReader()
  const cancel = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (signal.aborted) throw new Error('the attempt was stopped')
      if (done) return
      alive()
      yield value
    }
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** fetch says "fetch failed" or "terminated", and its innermost cause says why. */
function reasonOf(error: unknown): string {
  let inner = error as NodeJS.ErrnoException
  while (inner.cause instanceof Error) inner = inner.cause
  if (inner === error) return inner.message
  const system = typeof inner.code === 'string' && !inner.code.startsWith('UND_')
  return `the connection failed (${system ? inner.code : inner.message})`
}

function isOurDisk(error: unknown): boolean {
  return ['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EISDIR', 'ENOTDIR'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  )
}

function hintFor(): string {
  return proxyHint() ?? 'Check the connection, or name a mirror with --from; run the command again to go on'
}

function refusal(url: string, problem: string, expected?: string, hint?: string, got?: number): HolterError {
  return new HolterError({ stage: 'ecg', where: url, problem, got, expected, hint })
}
