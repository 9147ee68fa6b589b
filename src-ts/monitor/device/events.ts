import type { IntGraph } from '../../ir/graph.ts'
import { Alarms, type MonitorEvent } from '../alarms.ts'
import { BeatNetwork, type RunRow } from '../beat-network.ts'
import { RATE_HZ } from '../integer-qrs.ts'
import { Monitor } from '../monitor.ts'
import type { LabelledBeat, Observation } from '../observations.ts'
import type { DeviceMonitor } from './table.ts'

/** As src-as/monitor-events.ts and firmware-targets/abi/monitor.h have them. */
const HEAD = 16
const EVENT = 32
const ROOM = 40
export const EVENTS_BYTES = HEAD + ROOM * EVENT

const kinds = ['beat', 'provisional', 'alarm', 'end', 'gap', 'suspended', 'resumed'] as const

/** One entry of a device's list. Times are samples at 360 Hz. */
export interface DeviceEvent {
  readonly kind: (typeof kinds)[number]
  /** Of a beat the index of its label, of an alarm that of its rule. */
  readonly which: number
  readonly at: number
  /** Of a beat its R peak, of a gap its start; else `at`. */
  readonly sample: number
  /** Of a beat the interval before it, 0 where there is none; else what the rule measured, in thousandths. */
  readonly value: number
  readonly certainty: number
}

/**
 * The monitor of this process with the events of a device: what it returns for the frames of a push are the bytes that the device's
 * module must give.
 */
export class DeviceTwin {
  private readonly monitor: Monitor
  private readonly device: DeviceMonitor
  private events: DeviceEvent[] = []
  private gapFrom = 0

  constructor(graph: IntGraph, run: RunRow, device: DeviceMonitor) {
    const beats = new BeatNetwork(graph, run)
    const rules = device.rules.map(({ id }) => id)
    const labelOf = ({ label }: LabelledBeat) => (label === 'Q' ? beats.labels.length : beats.labels.indexOf(label))
    const alarms = new Alarms(device.rules, event => this.events.push(alarmEvent(event, rules, this.gapFrom)))
    this.device = device
    this.monitor = new Monitor({ ...device, beats }, (observation: Observation) => {
      if (observation.kind === 'gap') this.gapFrom = observation.from
      if (observation.kind === 'beat') this.events.push(beatEvent(observation, labelOf(observation)))
      alarms.take(observation)
    })
  }

  /** Takes the frames of one push, int32 microvolts, and returns its list of events. */
  push(frames: Int32Array): Uint8Array {
    this.events = []
    const leads = this.device.leads.length
    for (let at = 0; at < frames.length; at += leads) this.monitor.next(frames, at)
    return eventBytes(this.events)
  }
}

function beatEvent({ sample, at, pre, certainty, provisional }: LabelledBeat, which: number): DeviceEvent {
  return { kind: provisional ? 'provisional' : 'beat', which, at, sample, value: pre ?? 0, certainty }
}

/** Times of events are whole samples, and values whole thousandths, before they are written as seconds and numbers. */
function alarmEvent({ kind, time, value, rule }: MonitorEvent, rules: readonly string[], gapFrom: number): DeviceEvent {
  const at = Math.round(time * RATE_HZ)
  return {
    // A device tells a notice from an alarm by its rule's priority.
    kind: kind === 'notice' ? 'alarm' : (kind as DeviceEvent['kind']),
    which: Math.max(0, rules.indexOf(rule)),
    at,
    sample: kind === 'gap' ? gapFrom : at,
    value: Math.round(1000 * value),
    certainty: 0,
  }
}

function eventBytes(events: readonly DeviceEvent[]): Uint8Array {
  const bytes = Buffer.alloc(EVENTS_BYTES)
  const listed = events.slice(0, ROOM)
  bytes.writeInt32LE(listed.length, 0)
  bytes.writeInt32LE(events.length - listed.length, 4)
  for (const [i, { kind, which, at, sample, value, certainty }] of listed.entries()) {
    const to = HEAD + EVENT * i
    bytes.writeBigInt64LE(BigInt(at), to)
    bytes.writeBigInt64LE(BigInt(sample), to + 8)
    const words = [kinds.indexOf(kind) + 1, which, value, certainty]
    for (const [k, word] of words.entries()) bytes.writeInt32LE(word, to + 16 + 4 * k)
  }
  return bytes
}

/** Returns the events of a list. */
export function readEvents(list: Uint8Array): DeviceEvent[] {
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.byteLength)
  return Array.from({ length: bytes.readInt32LE(0) }, (_, i) => {
    const from = HEAD + EVENT * i
    const [kind, which, value, certainty] = [16, 20, 24, 28].map(offset => bytes.readInt32LE(from + offset))
    const [at, sample] = [bytes.readBigInt64LE(from), bytes.readBigInt64LE(from + 8)].map(Number)
    return { kind: kinds[kind - 1], which, at, sample, value, certainty }
  })
}
