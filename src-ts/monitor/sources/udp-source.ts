import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { HolterError } from '../../errors.ts'
import type { Block, Source } from './source.ts'
import { type Packet, PacketOrder, readPacket } from './udp-packet.ts'

/** So long without a packet is a gap, which goes on in steps of this. */
const SILENCE_SECONDS = 1
/** Packets that wait to be read, at most: what comes beyond is lost, and counted as such. */
const MOST_WAITING = 4096

/** What was wrong with datagrams so far. */
export interface UdpCounts {
  /** No packets of ours, or of another rate or number of leads. */
  refused: number
  duplicates: number
  lostFrames: number
}

/**
 * Listens for datagrams on a loopback address; the first one says rate and leads. Throws HolterError when the address is none of this
 * machine's own, or taken.
 */
export async function udpSource(
  address: { readonly host: string; readonly port: number },
  names: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<Source & { readonly counts: UdpCounts; readonly port: number }> {
  const { host, port } = address
  const where = `udp:${host}:${port}`
  if (!/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)) {
    const problem = 'it is no address of this machine alone'
    throw new HolterError({ stage: 'usage', where, problem, expected: '127.0.0.1 or ::1' })
  }
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  const waiting: Packet[] = []
  const counts: UdpCounts = { refused: 0, duplicates: 0, lostFrames: 0 }
  let wake = () => {}
  socket.on('message', bytes => {
    try {
      const packet = readPacket(bytes)
      if (waiting.length < MOST_WAITING) waiting.push(packet)
    } catch (error) {
      if (!(error instanceof HolterError)) throw error
      counts.refused++
    }
    wake()
  })
  await bound(socket, host, port, where)
  const stop = () => wake()
  signal?.addEventListener('abort', stop)
  const some = (milliseconds?: number) =>
    new Promise<void>(resolve => {
      if (waiting.length > 0 || signal?.aborted) return resolve()
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  await some()
  const form = waiting[0] ?? { sampleRateHz: 360, leads: names?.length ?? 1 }
  const leads = names ?? Array.from({ length: form.leads }, (_, i) => `lead ${i + 1}`)
  if (leads.length !== form.leads) {
    socket.close()
    const problem = 'the packets have another number of leads than names'
    throw new HolterError({ stage: 'usage', where: '--leads', problem, got: form.leads, expected: leads.length })
  }
  return {
    name: 'udp',
    leads,
    sampleRateHz: form.sampleRateHz,
    seconds: undefined,
    live: true,
    counts,
    port: socket.address().port,
    async *blocks(): AsyncGenerator<Block> {
      const order = new PacketOrder(form)
      try {
        while (!signal?.aborted) {
          await some(1000 * SILENCE_SECONDS)
          if (signal?.aborted) return
          const packet = waiting.shift()
          if (packet === undefined) {
            order.silence(SILENCE_SECONDS)
            yield { kind: 'gap', seconds: SILENCE_SECONDS }
          } else yield* placed(order, packet, counts)
        }
      } finally {
        signal?.removeEventListener('abort', stop)
        socket.close()
      }
    },
  }
}

function* placed(order: PacketOrder, packet: Packet, counts: UdpCounts): Generator<Block> {
  const place = order.place(packet)
  if (place.kind === 'old') counts.duplicates++
  else if (place.kind === 'changed') {
    counts.refused++
    yield { kind: 'gap', seconds: packet.frames.length / packet.leads / packet.sampleRateHz }
  } else {
    if (place.kind === 'lost') {
      counts.lostFrames += place.lostFrames
      yield { kind: 'gap', seconds: place.lostFrames / packet.sampleRateHz }
    }
    yield { kind: 'frames', frames: place.frames }
  }
}

async function bound(socket: Socket, host: string, port: number, where: string): Promise<void> {
  try {
    socket.bind(port, host)
    await once(socket, 'listening')
  } catch (error) {
    const problem = `nobody can listen there: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`
    throw new HolterError({ stage: 'monitor', where, problem, hint: 'Choose another port' })
  }
}
