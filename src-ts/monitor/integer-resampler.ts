import { lowPassTaps, ratio } from '../ecg/signal/resample.ts'

/** Taps are whole numbers of 2⁻¹⁵; those of each phase sum up to one, so that a constant stays what it is. */
const ONE = 2 ** 15

/**
 * Brings one lead from its rate to another, sample by sample, in integers: the polyphase filter of `resample`, with rounded taps.
 * Output m stands for the instant m / `toHz` of the input, and comes `delaySeconds` later. Equal rates pass through at once.
 */
export class IntegerResampler {
  readonly delaySeconds: number
  /** Inputs that an output is made of. */
  readonly width: number
  readonly up: number
  readonly down: number
  readonly taps: Float64Array
  private readonly half: number
  private readonly past: Float64Array
  private newest = 0
  /** The next output less the newest input, on the grid that both rates have in common. */
  private ahead = 0
  private started = false

  constructor(fromHz: number, toHz: number) {
    const { up, down } = ratio(fromHz, toHz)
    this.up = up
    this.down = down
    const floats = up === down ? Float64Array.of(1) : lowPassTaps(up, down)
    this.half = (floats.length - 1) / 2
    this.taps = integerTaps(floats, up)
    this.width = Math.ceil(floats.length / up)
    this.past = new Float64Array(this.width)
    this.delaySeconds = this.half / up / fromHz
  }

  /** Takes a sample and calls `emit` for every output that is certain by it; the first stands before the first input. */
  next(sample: number, emit: (output: number) => void): void {
    const { up, down, half, past, width } = this
    if (!this.started) {
      past.fill(sample)
      this.ahead = up
      this.started = true
    }
    this.newest = this.newest + 1 === width ? 0 : this.newest + 1
    past[this.newest] = sample
    this.ahead -= up
    while (this.ahead + half < up) {
      emit(this.output(half + this.ahead))
      this.ahead += down
    }
  }

  /** Forgets the past, for a signal that begins anew. */
  restart(): void {
    this.started = false
  }

  private output(firstTap: number): number {
    const { taps, up, past, width } = this
    let sum = ONE / 2
    let place = this.newest
    for (let tap = firstTap; tap < taps.length; tap += up) {
      // A tap below 0 belongs to an input that this output does not need.
      if (tap >= 0) sum += taps[tap] * past[place]
      place = place === 0 ? width - 1 : place - 1
    }
    return Math.floor(sum / ONE)
  }
}

/** Returns the taps rounded; the rest of each phase goes to its largest tap. */
function integerTaps(floats: Float64Array, up: number): Float64Array {
  const taps = floats.map(tap => Math.round(tap * ONE))
  for (let phase = 0; phase < up; phase++) {
    let [sum, largest] = [0, phase]
    for (let tap = phase; tap < taps.length; tap += up) {
      sum += taps[tap]
      if (taps[tap] > taps[largest]) largest = tap
    }
    if (phase < taps.length) taps[largest] += ONE - sum
  }
  return taps
}
