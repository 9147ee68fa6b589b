import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Source } from './source.ts'
import { writePacket } from './udp-packet.ts'

/** A packet holds so much signal. */
const PACKET_SECONDS = 0.05

/** Sends a recording as datagrams to a port of this machine, `speed` times as fast as it was. Returns the number of frames. */
export async function sendPackets(source: Source, port: number, speed: number, signal?: AbortSignal): Promise<number> {
  const { sampleRateHz, leads } = source
  const socket = createSocket('udp4')
  const size = Math.max(1, Math.round(PACKET_SECONDS * sampleRateHz)) * leads.length
  const start = performance.now()
  let first = 0
  try {
    for await (const block of source.blocks(signal)) {
      if (block.kind === 'gap') continue
      for (let at = 0; at < block.frames.length && !signal?.aborted; at += size) {
        const frames = block.frames.subarray(at, at + size)
        socket.send(writePacket({ sampleRateHz, leads: leads.length, first, frames }), port, '127.0.0.1')
        first += frames.length / leads.length
        const early = (1000 * first) / sampleRateHz / speed - (performance.now() - start)
        // Timers are no finer than this.
        if (early > 1) await sleep(early)
      }
    }
  } finally {
    await new Promise<void>(resolve => socket.close(() => resolve()))
  }
  return first
}
