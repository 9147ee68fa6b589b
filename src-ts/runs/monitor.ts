import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Alarms, type MonitorEvent } from '../monitor/alarms.ts'
import { BeatNetwork } from '../monitor/beat-network.ts'
import { RATE_HZ } from '../monitor/integer-qrs.ts'
import { Monitor } from '../monitor/monitor.ts'
import type { Observation } from '../monitor/observations.ts'
import { openNetwork } from '../monitor/open-networks.ts'
import { type RecordingSummary, Summary } from '../monitor/recording-summary.ts'
import { type Rule, readRules } from '../monitor/rules.ts'
import { type FileOptions, fileSource } from '../monitor/sources/file-source.ts'
import { lineSource } from '../monitor/sources/line-source.ts'
import type { Source } from '../monitor/sources/source.ts'
import { udpSource } from '../monitor/sources/udp-source.ts'
import { root } from '../places.ts'
import { renderMonitorSummary } from '../report/monitor-summary.ts'
import { type Context, openWatch } from '../watch.ts'
import { MonitorFiles } from './monitor-files.ts'

export interface MonitorInput extends FileOptions {
  /** A recording's file, `-` for rows on stdin, or `udp:[HOST:]PORT`. */
  readonly source: string
  /** How many seconds of a recording pass in one; Infinity as fast as possible. Default 1; a live source has its own pace. */
  readonly speed?: number
  /** Folder to write to. */
  readonly out?: string
  /** Goes on where a run that was cut off stood. */
  readonly resume?: boolean
  /** Ends after so many seconds of signal. */
  readonly seconds?: number
  readonly notchHz?: 50 | 60
  readonly rules?: string
  /** Network of beats, and of 12-lead windows. */
  readonly model?: string
  readonly windowModel?: string
  readonly engine?: string
  /** Is shown everything as it happens. */
  readonly display?: MonitorDisplay
}

/** Who is shown the monitor while it runs. */
export interface MonitorDisplay {
  start(recording: Pick<Source, 'name' | 'leads' | 'sampleRateHz'>, alarms: Alarms): void
  /** One frame of the recording. */
  frame(frames: Int32Array, at: number): void
  observe(observation: Observation): void
  event(event: MonitorEvent): void
  /** A slice has been worked through; `seconds` of the recording have passed. */
  update(seconds: number): void
}

export interface MonitorResult extends Omit<RecordingSummary, 'strips' | 'perMinute'> {
  readonly record: string
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  /** Seconds from an instant to when its sample is analysed: half a resampling filter. */
  readonly inputDelaySeconds: number
  /** Alarms and notices by rule. */
  readonly alarmCounts: Readonly<Record<string, number>>
  readonly files: readonly string[]
  /** True when it was stopped before the recording's end. */
  readonly stopped: boolean
  readonly cpuSeconds: number
  /** Memory of this process in whole megabytes, after each minute of the recording. */
  readonly memory: readonly number[]
  readonly peakMemoryBytes: number
}

/** Between two checkpoints, in milliseconds; a recording that is read as fast as possible is soon read again, and all annotations are written anew. */
const CHECKPOINT_MS = 2000
const FAST_CHECKPOINT_MS = 20_000
/** Work is done in slices of so much time, after each of which others have their turn. */
const SLICE = 0.1
const FAST_SLICE = 10

/** Monitors a recording, or what comes in, until its end or the signal. */
export async function monitor(input: MonitorInput, context: Context = {}): Promise<MonitorResult> {
  const rules = readRules(input.rules)
  const source = await openSource(input, context.signal)
  const { graph, run } = await openNetwork(input.model ?? join(root, 'models/beat-rr.tflite'), input.engine)
  const beats = new BeatNetwork(graph, run)
  const { leads, sampleRateHz } = source
  const twelve = leads.length >= 12 && !input.windowModel ? join(root, 'models/ecg-tiny.tflite') : input.windowModel
  const window = twelve === undefined ? undefined : await openNetwork(twelve, input.engine)
  const { WindowNetwork } = await import('../monitor/window-network.ts')
  const windows = window && WindowNetwork.of(window.graph, window.run, leads, sampleRateHz)
  const files = input.out
    ? new MonitorFiles(input.out, source, input.resume ?? false, context.say ?? (() => {}))
    : undefined
  const recording = new Recording(source, rules, files, input.display)
  const monitor = new Monitor({ leads, sampleRateHz, notchHz: input.notchHz, beats, windows }, observation =>
    recording.observe(observation),
  )
  input.display?.start(source, recording.alarms)
  const cpu = process.cpuUsage()
  const memory: number[] = []
  const stopped = await play(source, monitor, recording, files, memory, input, context)
  const analysed = monitor.now
  monitor.end()
  const { user, system } = process.cpuUsage(cpu)
  const { strips, perMinute, ...summary } = recording.summary.summary()
  files?.finish(
    analysed,
    renderMonitorSummary({ ...summary, strips, perMinute, memory, name: source.name, leads, sampleRateHz, rules }),
  )
  return {
    record: source.name,
    leads,
    sampleRateHz,
    inputDelaySeconds: monitor.delaySeconds,
    ...summary,
    alarmCounts: countsOf(summary.alarms),
    files: files ? [files.annotations, files.events, files.summary] : [],
    stopped,
    cpuSeconds: (user + system) / 1e6,
    memory,
    peakMemoryBytes: 1024 * process.resourceUsage().maxRSS,
  }
}

function openSource(input: MonitorInput, signal?: AbortSignal): Promise<Source> | Source {
  const { source } = input
  if (source === '-') return lineSource(process.stdin, 'stdin', input)
  const [, host = '127.0.0.1', port] = /^udp:(?:(.+):)?(\d{1,5})$/.exec(source) ?? []
  if (port !== undefined) return udpSource({ host, port: Number(port) }, input.leads, signal)
  return fileSource(source, input)
}

/** What becomes of observations: alarms, summary, files, display. */
class Recording {
  readonly alarms: Alarms
  readonly summary: Summary
  private readonly files: MonitorFiles | undefined
  private readonly display: MonitorDisplay | undefined
  /** What was observed before this sample has been written by the run that this one goes on with. */
  readonly from: number
  private rhythm = ''

  constructor(source: Source, rules: readonly Rule[], files?: MonitorFiles, display?: MonitorDisplay) {
    this.files = files
    this.display = display
    this.from = files?.resumed?.sample ?? 0
    this.summary = new Summary(source.sampleRateHz, source.leads.length)
    this.alarms = new Alarms(rules, event => this.event(event))
  }

  observe(observation: Observation): void {
    this.alarms.take(observation)
    this.summary.observe(observation)
    this.display?.observe(observation)
    if (observation.kind === 'beat' && !observation.provisional && observation.at >= this.from)
      this.files?.annotate(observation.sample, observation.label)
    if (observation.kind === 'moment') this.noteRhythm(observation.at)
  }

  private event(event: MonitorEvent): void {
    this.summary.event(event)
    this.display?.event(event)
    const sample = Math.round(event.time * RATE_HZ)
    if (sample < this.from) return
    this.files?.event(event)
    const { kind, rule, priority } = event
    if (kind === 'alarm' || kind === 'notice') this.files?.annotate(sample, '"', `${kind} ${rule} ${priority}`)
  }

  private noteRhythm(at: number): void {
    const rhythm = this.alarms.rhythm()
    if (rhythm !== this.rhythm && at >= this.from) this.files?.annotate(at, '+', rhythm)
    this.rhythm = rhythm
  }
}

/** Keeps the pace of a recording that is played at a speed. */
class Pace {
  private readonly speed: number
  private origin = { seconds: 0, wall: performance.now() }

  constructor(speed: number) {
    this.speed = speed
  }

  /** Counts from here on: what was before has been heard already. */
  restart(seconds: number): void {
    this.origin = { seconds, wall: performance.now() }
  }

  /** Milliseconds by which the recording is ahead of the clock. */
  ahead(seconds: number): number {
    if (!Number.isFinite(this.speed)) return 0
    const { origin } = this
    return Math.max(0, (1000 * (seconds - origin.seconds)) / this.speed - (performance.now() - origin.wall))
  }
}

/** Plays the source through the monitor at its pace; true when it was stopped. */
async function play(
  source: Source,
  monitor: Monitor,
  recording: Recording,
  files: MonitorFiles | undefined,
  memory: number[],
  input: MonitorInput,
  context: Context,
): Promise<boolean> {
  const { sampleRateHz, leads, seconds: length, live } = source
  const { signal } = context
  const speed = live ? Number.POSITIVE_INFINITY : (input.speed ?? 1)
  const end = Math.min(input.seconds ?? Number.POSITIVE_INFINITY, length ?? Number.POSITIVE_INFINITY)
  const watch = openWatch(context, 'monitor', 'seconds', Number.isFinite(end) ? Math.round(end) : undefined)
  const slice = Math.max(1, Math.round((speed > 50 ? FAST_SLICE : SLICE * Math.max(1, speed)) * sampleRateHz))
  const checkpointMs = live || Number.isFinite(speed) ? CHECKPOINT_MS : FAST_CHECKPOINT_MS
  const heard = recording.from / RATE_HZ
  const pace = new Pace(speed)
  let [frameCount, lost, written] = [0, 0, performance.now()]
  const seconds = () => frameCount / sampleRateHz + lost
  const skip = (gap: number) => {
    monitor.skip(Math.round(gap * RATE_HZ))
    recording.summary.skip(gap)
    lost += gap
  }
  if (live && files?.resumed) {
    monitor.beginAt(recording.from)
    skip((Date.now() - files.resumed.wallClock) / 1000)
  }
  const turn = async () => {
    input.display?.update(seconds())
    watch.update(Math.round(seconds()))
    while (memory.length < Math.floor(seconds() / 60)) memory.push(Math.round(process.memoryUsage.rss() / 2 ** 20))
    // A file is read again from its start, at once, so that a run that goes on ends like one that was not cut off.
    if (!live && seconds() < heard) return pace.restart(seconds())
    if (performance.now() - written > checkpointMs) {
      files?.checkpoint(monitor.now)
      written = performance.now()
    }
    await sleep(pace.ahead(seconds()), undefined, { signal }).catch(() => {})
  }
  for await (const block of source.blocks(signal)) {
    if (block.kind === 'gap') {
      skip(block.seconds)
      await turn()
    } else {
      const { frames } = block
      const last = Math.min(frames.length, Math.max(0, Math.round((end - seconds()) * sampleRateHz)) * leads.length)
      for (let at = 0; at < last && !signal?.aborted; ) {
        const count = Math.min(slice, (last - at) / leads.length)
        const stop = at + count * leads.length
        for (; at < stop; at += leads.length) {
          monitor.next(frames, at)
          recording.summary.frame(frames, at)
          input.display?.frame(frames, at)
        }
        frameCount += count
        await turn()
      }
    }
    if (signal?.aborted || seconds() >= end - 0.5 / sampleRateHz) break
  }
  watch.stop()
  return signal?.aborted ?? false
}

function countsOf(alarms: readonly { readonly rule: string }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { rule } of alarms) counts[rule] = (counts[rule] ?? 0) + 1
  return counts
}
