import { HolterError } from '../../errors.ts'

/** A datagram of frames. Layout, little endian: "HOL1", rate in Hz (u16), leads (u8), 0 (u8), number of its first frame (u32), samples (i32, µV). */
export interface Packet {
  readonly sampleRateHz: number
  readonly leads: number
  /** Number of the first frame since the sender started, modulo 2³². */
  readonly first: number
  readonly frames: Int32Array
}

const MAGIC = 'HOL1'
const HEADER_BYTES = 12
/** What a datagram holds without being cut into pieces on loopback. */
const MAX_BYTES = 65_000
const MAX_LEADS = 32

/** Returns a datagram as a packet. Throws HolterError where it is none. */
export function readPacket(bytes: Uint8Array): Packet {
  const fail = (problem: string, got?: number | string) =>
    new HolterError({ stage: 'monitor', where: 'datagram', problem, got })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES || Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== MAGIC)
    throw fail('it does not begin as a packet of frames')
  const [sampleRateHz, leads, first] = [view.getUint16(4, true), view.getUint8(6), view.getUint32(8, true)]
  if (sampleRateHz < 100 || sampleRateHz > 1000) throw fail('its rate is not from 100 to 1000 Hz', sampleRateHz)
  if (leads < 1 || leads > MAX_LEADS) throw fail('its number of leads makes no sense', leads)
  const samples = (bytes.length - HEADER_BYTES) / 4
  if (samples < 1 || samples % leads !== 0) throw fail('its samples are no whole frames', bytes.length)
  return {
    sampleRateHz,
    leads,
    first,
    frames: Int32Array.from({ length: samples }, (_, i) => view.getInt32(HEADER_BYTES + 4 * i, true)),
  }
}

/** Returns a packet as a datagram. */
export function writePacket({ sampleRateHz, leads, first, frames }: Packet): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 4 * frames.length)
  if (bytes.length > MAX_BYTES) throw new RangeError(`${frames.length} samples do not fit into a datagram`)
  const view = new DataView(bytes.buffer)
  bytes.set(Buffer.from(MAGIC, 'latin1'))
  view.setUint16(4, sampleRateHz, true)
  view.setUint8(6, leads)
  view.setUint32(8, first >>> 0, true)
  for (const [i, sample] of frames.entries()) view.setInt32(HEADER_BYTES + 4 * i, sample, true)
  return bytes
}

/** What a packet is to those before it. */
export type Place =
  | { readonly kind: 'next'; readonly frames: Int32Array }
  | { readonly kind: 'lost'; readonly lostFrames: number; readonly frames: Int32Array }
  | { readonly kind: 'old' }
  | { readonly kind: 'changed' }

/** A number that is further away than an hour at 1000 Hz belongs to a sender that started anew. */
const FAR = 3_600_000

/**
 * Puts packets of one sender in order: duplicates and late ones go, lost ones are counted, a change of rate or leads is said. Old ones that
 * follow each other for a second are no late ones: the sender has started anew, and what it sent meanwhile is lost.
 */
export class PacketOrder {
  private next: number | undefined
  /** Old packets without a hole: what would come next, and how many frames they had. */
  private old = { next: -1, frames: 0 }
  /** Frames of silence since the last packet. */
  private silent = 0
  readonly form: Pick<Packet, 'sampleRateHz' | 'leads'>

  constructor(form: Pick<Packet, 'sampleRateHz' | 'leads'>) {
    this.form = form
  }

  /** Returns what to do with a packet. */
  place({ sampleRateHz, leads, first, frames }: Packet): Place {
    if (sampleRateHz !== this.form.sampleRateHz || leads !== this.form.leads) return { kind: 'changed' }
    const count = frames.length / leads
    if (this.silent > 0) return this.afterSilence(first, count, frames)
    // Signed distance on the circle of 2³².
    const ahead = this.next === undefined ? 0 : (first - this.next) | 0
    if (ahead < 0 && ahead > -FAR) {
      const frames = first === this.old.next ? this.old.frames + count : count
      this.old = { next: (first + count) >>> 0, frames }
      if (frames < sampleRateHz) return { kind: 'old' }
    }
    const lost = ahead < 0 ? this.old.frames - count : ahead
    this.old = { next: -1, frames: 0 }
    this.next = (first + count) >>> 0
    if (ahead === 0) return { kind: 'next', frames }
    return { kind: 'lost', lostFrames: Math.abs(ahead) < FAR ? lost : 0, frames }
  }

  /** Nothing came for some seconds, which have been counted as a gap: of what the next packet shows to be lost they are a part. */
  silence(seconds: number): void {
    this.silent += seconds * this.form.sampleRateHz
  }

  /** Places the first packet after a silence; a sender that counts from another number has started anew. */
  private afterSilence(first: number, count: number, frames: Int32Array): Place {
    const ahead = this.next === undefined ? 0 : (first - this.next) | 0
    const lostFrames = ahead < FAR ? Math.max(0, ahead - this.silent) : 0
    this.silent = 0
    this.old = { next: -1, frames: 0 }
    this.next = (first + count) >>> 0
    return lostFrames > 0 ? { kind: 'lost', lostFrames, frames } : { kind: 'next', frames }
  }
}
