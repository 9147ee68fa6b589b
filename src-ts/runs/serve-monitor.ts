import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { HolterError } from '../errors.ts'
import type { Alarms, MonitorEvent } from '../monitor/alarms.ts'
import { RATE_HZ } from '../monitor/integer-qrs.ts'
import { MISSING } from '../monitor/lead.ts'
import { eventSentence, type LiveBeat, LiveState } from '../monitor/live-state.ts'
import type { Observation } from '../monitor/observations.ts'
import type { Source } from '../monitor/sources/source.ts'
import type { MonitorDisplay } from './monitor.ts'

const HOST = '127.0.0.1'
const FOLDER = new URL('../report/monitor-page/', import.meta.url)
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.mjs': ['page.mjs', 'text/javascript; charset=utf-8'],
}
/** Nothing but what this server sends is loaded, shown in or sent to. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
}
/** Slices are sent so often, and never hold more than so many seconds: who plays fast sees the newest. */
const EVERY_MS = 100
const MOST_SECONDS = 6
/** A strip of 25 mm/s needs no more samples, and no more rows. */
const STRIP_RATE = 180
const STRIP_LEADS = 3
const LOG_LINES = 100
/** A reader that takes nothing is let go before it fills the memory. */
const MOST_UNREAD_BYTES = 4 << 20

interface LogLine {
  readonly time: number
  readonly text: string
  readonly priority: string
}

/** The page of a monitor: one server on loopback, whatever number of readers. */
export class MonitorPage implements MonitorDisplay {
  private readonly server: Server
  private readonly readers = new Set<ServerResponse>()
  private recording: Pick<Source, 'name' | 'leads' | 'sampleRateHz'> | undefined
  private alarms: Alarms | undefined
  private state: LiveState | undefined
  private step = 1
  private frames = 0
  private lastSlice = Number.NEGATIVE_INFINITY
  private seconds = 0
  private signals: (number | null)[][] = []
  private firstSample = 0
  private beats: LiveBeat[] = []
  private news: LogLine[] = []
  private readonly log: LogLine[] = []
  private trendSent = 0

  private constructor() {
    this.server = createServer((request, response) => this.answer(request, response))
  }

  /** Starts to listen on this machine; port 0 is any free one. */
  static async open(port: number): Promise<MonitorPage> {
    const page = new MonitorPage()
    try {
      page.server.listen(port, HOST)
      await once(page.server, 'listening')
    } catch (error) {
      const problem = `nobody can listen there: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`
      throw new HolterError({ stage: 'monitor', where: `--serve ${port}`, problem, hint: 'Choose another port' })
    }
    return page
  }

  get address(): string {
    return `http://${HOST}:${this.port}/`
  }

  private get port(): number {
    return (this.server.address() as { port: number }).port
  }

  /** Says that the recording has ended, and stops to listen. */
  close(): void {
    this.slice()
    for (const reader of this.readers) reader.end('event: end\ndata: {}\n\n')
    this.server.close()
    this.server.closeIdleConnections()
  }

  start(recording: Pick<Source, 'name' | 'leads' | 'sampleRateHz'>, alarms: Alarms): void {
    this.recording = recording
    this.alarms = alarms
    this.state = new LiveState(alarms)
    this.step = Math.max(1, Math.floor(recording.sampleRateHz / STRIP_RATE))
    this.clear()
    for (const reader of this.readers) this.greet(reader)
  }

  frame(frames: Int32Array, at: number): void {
    if (this.frames++ % this.step !== 0) return
    for (const [lead, signal] of this.signals.entries()) {
      const value = frames[at + lead]
      signal.push(value === MISSING ? null : value)
    }
    const extra = this.signals[0].length - MOST_SECONDS * this.stripRate
    // Thinned out now and then, so that no sample costs a move of the others.
    if (extra < this.stripRate) return
    for (const signal of this.signals) signal.splice(0, Math.floor(extra))
    this.firstSample += Math.floor(extra)
  }

  observe(observation: Observation): void {
    this.state?.observe(observation)
    if (observation.kind !== 'beat') return
    const { sample, label, provisional } = observation
    this.beats.push({ seconds: sample / RATE_HZ, label, provisional })
    if (this.beats.length > LOG_LINES) this.beats.shift()
  }

  event(event: MonitorEvent): void {
    const line = { time: event.time, text: eventSentence(event), priority: event.priority }
    this.news.push(line)
    this.log.push(line)
    if (this.log.length > LOG_LINES) this.log.shift()
    if (this.news.length > LOG_LINES) this.news.shift()
  }

  update(seconds: number): void {
    // Time that was lost is a hole in the strip.
    const lost = Math.round((seconds - this.frames / this.recording!.sampleRateHz) * this.recording!.sampleRateHz)
    if (lost > 1) {
      this.frames += lost
      this.firstSample = Math.ceil(this.frames / this.step)
      for (const signal of this.signals) signal.length = 0
    }
    this.seconds = seconds
    if (performance.now() - this.lastSlice >= EVERY_MS) this.slice()
  }

  private get stripRate(): number {
    return this.recording!.sampleRateHz / this.step
  }

  private slice(): void {
    const { state } = this
    if (!state) return
    this.lastSlice = performance.now()
    const trend = state.trend.slice(this.trendSent)
    this.trendSent = state.trend.length
    const { firstSample: first, signals, beats, news: log } = this
    this.send('slice', { first, signals, beats, status: state.status(this.seconds), trend, log })
    this.clear()
  }

  private clear(): void {
    this.firstSample += this.signals[0]?.length ?? 0
    const rows = Math.min(STRIP_LEADS, this.recording!.leads.length)
    this.signals = Array.from({ length: rows }, () => [])
    this.beats = []
    this.news = []
  }

  private send(event: string, data: unknown): void {
    if (this.readers.size === 0) return
    const text = message(event, data)
    for (const reader of this.readers) {
      if (reader.writableLength > MOST_UNREAD_BYTES) reader.destroy()
      else reader.write(text)
    }
  }

  private greet(reader: ServerResponse): void {
    if (!this.recording || !this.state) return
    const { name, leads } = this.recording
    const rows = leads.slice(0, STRIP_LEADS)
    const trend = this.state.trend.slice(0, this.trendSent)
    const log = this.log.slice(0, this.log.length - this.news.length)
    reader.write(message('start', { name, leads: rows, rateHz: this.stripRate, trend, log }))
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const refused = this.refusal(request)
    const { method, url = '/' } = request
    if (refused) {
      const [status, text] = refused
      response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain' }).end(text)
    } else if (method === 'POST') {
      this.alarms?.acknowledge(Math.round(this.seconds * RATE_HZ))
      response.writeHead(204, HEADERS).end()
    } else if (url === '/events') this.listen(response)
    else {
      const [file, type] = FILES[url]
      response.writeHead(200, { ...HEADERS, 'Content-Type': type }).end(readFileSync(new URL(file, FOLDER)))
    }
  }

  /** Why a request is not answered: status and words. */
  private refusal({ headers, method, url = '/' }: IncomingMessage): [number, string] | undefined {
    // A name of another site that leads to this machine is no reason to answer it.
    if (headers.host !== `${HOST}:${this.port}` && headers.host !== `localhost:${this.port}`)
      return [403, 'no such host']
    if (method === 'POST' && url === '/acknowledge')
      // Pages of other sites cannot set this header.
      return headers['x-holter'] === 'acknowledge' ? undefined : [403, 'not from the page']
    if (method !== 'GET') return [405, 'GET only']
    return url === '/events' || Object.hasOwn(FILES, url) ? undefined : [404, 'nothing here']
  }

  private listen(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' })
    this.greet(response)
    this.readers.add(response)
    response.on('close', () => this.readers.delete(response))
  }
}

function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
