import { createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface ProxyServer {
  readonly url: string
  /** Addresses that were asked for by a plain request, and hosts that were asked to be connected with. */
  readonly forwarded: string[]
  readonly tunnelled: string[]
  /** What clients said of themselves, in order. */
  readonly logins: (string | undefined)[]
  close(): Promise<void>
}

/** A proxy on a free local port that forwards HTTP and tunnels (CONNECT), or answers both with `refuse`. */
export async function proxyServer(refuse?: number): Promise<ProxyServer> {
  const sockets = new Set<Socket>()
  const [forwarded, tunnelled, logins]: [string[], string[], (string | undefined)[]] = [[], [], []]
  const server = createServer((request, response) => {
    forwarded.push(request.url ?? '')
    logins.push(request.headers['proxy-authorization'])
    if (refuse) return response.writeHead(refuse).end()
    const { 'proxy-authorization': _, ...headers } = request.headers
    const onward = httpRequest(request.url ?? '', { headers, agent: false }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
  })
  server.on('connect', (request, socket: Socket) => {
    tunnelled.push(request.url ?? '')
    logins.push(request.headers['proxy-authorization'])
    if (refuse) return socket.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`)
    const [host, port] = (request.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    sockets.add(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwarded,
    tunnelled,
    logins,
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
