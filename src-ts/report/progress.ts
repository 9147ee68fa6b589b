import { SingleBar } from 'cli-progress'
import type { Watch } from '../watch.ts'
import { isJob, type RelayOptions, relayed } from './relay.ts'

export interface ProgressOptions extends RelayOptions {
  /** What is counted, in the plural: records, batches, runs. */
  readonly unit: string
  /** Shows nothing. */
  readonly quiet?: boolean
  /** Default stderr: stdout belongs to the result. */
  readonly stream?: NodeJS.WriteStream
  /** How often a line is written when the stream is no terminal, default 10 s. */
  readonly lineEveryMs?: number
  /** Milliseconds from any origin; a test's own time. */
  readonly clock?: () => number
}

const LINE_EVERY_MS = 10_000
const BAR_WIDTH = 20

/** Bars that have not ended. */
const running = new Set<() => void>()

/** Ends all displays without a last word, so that the message of an error begins on a line of its own. */
export function endProgress(): void {
  for (const end of running) end()
}

/**
 * Returns a progress display on stderr with rate and remaining time: a bar on a terminal, now and then a plain line in a log,
 * nothing when `quiet`. A display that is never stopped does not keep the process alive. In a process that another one started
 * for this work, the other one shows it.
 */
export function progress(options: ProgressOptions): Watch {
  if (options.quiet) return { update() {}, stop() {} }
  if (!options.stream && isJob()) return relayed(options)
  const stream = options.stream ?? process.stderr
  const clock = options.clock ?? (() => performance.now())
  const start = clock()
  const elapsedMs = () => clock() - start
  return stream.isTTY ? onTerminal(options, stream, elapsedMs) : inLog(options, stream, elapsedMs)
}

/** What is known at one moment. */
interface Moment {
  done: number
  total: number
  text: string
}

function onTerminal(options: ProgressOptions, stream: NodeJS.WriteStream, elapsedMs: () => number): Watch {
  const moment: Moment = { done: options.from ?? 0, total: options.total ?? 0, text: '' }
  const bar = new SingleBar({
    stream,
    // Wrapping stays as it is: lines are cut here, so that a killed process leaves no terminal that cannot wrap.
    linewrap: true,
    format: (_, params) => {
      const full = Math.floor(BAR_WIDTH * fraction(moment))
      const drawn = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full)
      return `${options.title} ${drawn} ${line(options, moment, elapsedMs())}`.slice(
        0,
        Math.max(params.maxWidth - 1, 20),
      )
    },
  })
  letExit(bar)
  bar.start(moment.total, moment.done)
  const end = () => {
    if (running.delete(end)) bar.stop()
  }
  running.add(end)
  return {
    update(done, more) {
      Object.assign(moment, { done }, more)
      bar.setTotal(moment.total)
      bar.update(done)
    },
    stop: end,
  }
}

/** cli-progress redraws by a timer that would keep a process alive after its work has thrown; it has no option for that. */
function letExit(bar: SingleBar): void {
  const inner = bar as unknown as { render(): void; timer: NodeJS.Timeout | null }
  const render = inner.render.bind(bar)
  inner.render = () => {
    render()
    inner.timer?.unref()
  }
}

function inLog(options: ProgressOptions, stream: NodeJS.WriteStream, elapsedMs: () => number): Watch {
  const { title, unit, from = 0, lineEveryMs = LINE_EVERY_MS } = options
  const moment: Moment = { done: from, total: options.total ?? 0, text: '' }
  let lastLineMs = 0
  return {
    update(done, more) {
      Object.assign(moment, { done }, more)
      if (elapsedMs() - lastLineMs < lineEveryMs) return
      lastLineMs = elapsedMs()
      stream.write(`${title}: ${line(options, moment, elapsedMs())}\n`)
    },
    stop() {
      const text = moment.text && `, ${moment.text}`
      stream.write(`${title}: ${amount(moment.done)} ${unit} in ${clockTime(elapsedMs())}${text}\n`)
    },
  }
}

function fraction({ done, total }: Moment): number {
  return total > 0 ? Math.min(1, done / total) : 0
}

/** "31 %  1,020/3,306 records  210/s  0:11 left  epoch 3/12 loss 0.31" */
function line({ unit, from = 0 }: ProgressOptions, moment: Moment, elapsedMs: number): string {
  const { done, total, text } = moment
  const perSecond = ((done - from) / elapsedMs) * 1000
  const known = done > from && elapsedMs > 0
  const left = known && total > done ? `${clockTime(((total - done) / perSecond) * 1000)} left` : ''
  const rate = known ? `${perSecond < 10 ? perSecond.toFixed(1) : amount(Math.round(perSecond))}/s` : ''
  const percent = total > 0 ? `${Math.floor(100 * fraction(moment))} %`.padStart(5) : ''
  const counted = `${amount(done)}${total > 0 ? `/${amount(total)}` : ''} ${unit}`
  return [percent, counted, rate, left, text].filter(Boolean).join('  ').trim()
}

function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 })
}

/** 0:07, 12:30, 1:02:03. */
function clockTime(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}
