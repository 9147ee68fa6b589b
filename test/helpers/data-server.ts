import { createHash } from 'node:crypto'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** What the server does with a request for a file: serve it well, or fail in one of the ways servers and networks fail. */
export type Fault = 'none' | 'cut' | 'wrong bytes' | 'stall' | 'no ranges' | number

export interface DataServer {
  readonly url: string
  /** Requests in order: path, and the range asked for. */
  readonly requests: { path: string; range?: string }[]
  close(): Promise<void>
}

/**
 * Serves files and their SHA256SUMS.txt below /files/set/1.0 on a free local port. `fault` says what happens to the n-th (from 0)
 * request for a path; with a certificate, it speaks HTTPS.
 */
export async function dataServer(
  files: Readonly<Record<string, Uint8Array>>,
  fault: (path: string, nth: number) => Fault = () => 'none',
  tls?: { readonly key: string; readonly cert: string },
): Promise<DataServer> {
  const sums = Object.entries(files).map(
    ([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')} ${name}\n`,
  )
  const all: Record<string, Uint8Array> = { ...files, 'SHA256SUMS.txt': Buffer.from(sums.join('')) }
  const seen = new Map<string, number>()
  const requests: DataServer['requests'] = []
  const listener: RequestListener = (request, response) => {
    const path = (request.url ?? '').replace('/files/set/1.0/', '')
    const nth = seen.get(path) ?? 0
    seen.set(path, nth + 1)
    requests.push({ path, range: request.headers.range })
    const bytes = all[path]
    if (!bytes) return response.writeHead(404).end()
    answer(response, bytes, request.headers.range, fault(path, nth))
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function answer(response: ServerResponse, bytes: Uint8Array, range: string | undefined, fault: Fault): void {
  if (typeof fault === 'number') return void response.writeHead(fault).end('an error page')
  const from = fault === 'no ranges' ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  if (from > 0 && from >= bytes.length) return void response.writeHead(416).end()
  const part = Buffer.from(bytes.subarray(from))
  const facts = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': part.length, ...facts })
  if (fault === 'wrong bytes') part[0] ^= 1
  if (fault === 'stall') return void response.write(part.subarray(0, part.length >> 1))
  if (fault !== 'cut') return void response.end(part)
  response.write(part.subarray(0, part.length >> 1), () => setTimeout(() => response.destroy(), 20))
}
