import type { Watch } from '../watch.ts'

/** What a process that another one started says of its progress, instead of drawing it. */
export interface ProgressMessage {
  /** What is going on: 'read', 'train'. */
  readonly title: string
  readonly done: number
  /** 0 as long as nobody knows. */
  readonly total: number
  readonly text: string
}

/** What is shown, whoever shows it. */
export interface RelayOptions {
  /** What is going on, a word or two. */
  readonly title: string
  /** How many there are; may come later, with an update. */
  readonly total?: number
  /** Where the count begins (work that was done before an interrupt), so that the rate is not flattered. Default 0. */
  readonly from?: number
}

/** Its value tells a process that another one started it (commands/jobs.ts) and listens. */
export const JOB_VARIABLE = 'HOLTER_JOB'
/** Messages come at most this often, but the last one always does. */
const EVERY_MS = 100

/** Tells whether this process was started by another one that shows the progress of several. */
export function isJob(): boolean {
  return process.env[JOB_VARIABLE] === '1' && process.send !== undefined
}

/** Returns a progress display that tells the process which started this one. */
export function relayed({ title, total = 0, from = 0 }: RelayOptions): Watch {
  const moment = { title, done: from, total, text: '' }
  let lastMs = Number.NEGATIVE_INFINITY
  // A parent that is gone is noticed elsewhere (commands/interrupt.ts); without a callback the message would throw.
  const send = () => process.connected && process.send?.(moment, undefined, undefined, () => {})
  return {
    update(done, more) {
      Object.assign(moment, { done }, more)
      if (performance.now() - lastMs < EVERY_MS) return
      lastMs = performance.now()
      send()
    },
    stop: send,
  }
}
