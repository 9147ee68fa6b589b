import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs `use` with an empty folder that is removed afterwards. */
export async function inFolder<T>(use: (dir: string) => T | Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'holter-'))
  try {
    return await use(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A signal to be written: samples in file order, `perFrame` of them in each frame. */
export interface SignalToWrite {
  readonly digital: readonly number[]
  readonly perFrame?: number
  readonly skew?: number
  /** What stands after the format, up to the ADC zero; the rest is computed. */
  readonly gain?: string
  readonly name?: string
}

/** Writes a record of one signal file and returns the path of its header. */
export function writeRecord(
  dir: string,
  name: string,
  format: number,
  signals: readonly SignalToWrite[],
  { rateHz = 100, offset = 0 } = {},
): string {
  const frames = signals[0].digital.length / (signals[0].perFrame ?? 1)
  const interleaved: number[] = []
  for (let frame = 0; frame < frames; frame++) {
    for (const { digital, perFrame = 1 } of signals)
      interleaved.push(...digital.slice(frame * perFrame, (frame + 1) * perFrame))
  }
  const bytes = format === 8 ? encodeDifferences(signals) : encode(format, interleaved)
  writeFileSync(join(dir, `${name}.dat`), Uint8Array.from([...new Array(offset).fill(0x5a), ...bytes]))
  const lines = signals.map(({ digital, perFrame = 1, skew = 0, gain = '200/mV 12 0', name: lead }, index) => {
    const layout = `${format}${perFrame > 1 ? `x${perFrame}` : ''}${skew ? `:${skew}` : ''}${offset ? `+${offset}` : ''}`
    const sum = digital.reduce((total, value) => (total + value) & 0xffff, 0)
    return `${name}.dat ${layout} ${gain} ${digital[0]} ${sum} 0 ${lead ?? `S${index}`}`
  })
  writeFileSync(join(dir, `${name}.hea`), [`${name} ${signals.length} ${rateHz} ${frames}`, ...lines, ''].join('\n'))
  return join(dir, `${name}.hea`)
}

/** Format 8: differences per signal; the header's initial value stands for the one before the first, so that it begins with 0. */
function encodeDifferences(signals: readonly SignalToWrite[]): number[] {
  return signals[0].digital.flatMap((_, i) =>
    signals.map(({ digital }) => (i === 0 ? 0 : digital[i] - digital[i - 1]) & 0xff),
  )
}

/** Encoders written from signal(5), the other way round than the readers: through one big integer per block where samples share bytes. */
export function encode(format: number, samples: readonly number[]): number[] {
  const bits = (value: number, count: number) => BigInt.asUintN(count, BigInt(value))
  const bytes = (value: bigint, count: number) =>
    Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
  const blocks = (size: number, block: (s: readonly number[]) => number[], tail: readonly number[]) => {
    const out: number[] = []
    for (let i = 0; i < samples.length; i += size) {
      const own = samples.slice(i, i + size)
      const filled = [...own, ...new Array(size - own.length).fill(0)]
      out.push(...(own.length < size ? block(filled).slice(0, tail[own.length]) : block(filled)))
    }
    return out
  }
  switch (format) {
    case 16:
    case 24:
    case 32:
      return samples.flatMap(s => [s, s >> 8, s >> 16, s >> 24].slice(0, format / 8).map(byte => byte & 255))
    case 61:
      return samples.flatMap(s => bytes(bits(s, 16), 2).reverse())
    case 80:
      return samples.map(s => s + 128)
    case 160:
      return samples.flatMap(s => bytes(BigInt(s + 32768), 2))
    case 212:
      return blocks(
        2,
        ([a, b]) => {
          const [x, y] = [bits(a, 12), bits(b, 12)]
          return bytes(x | ((y >> 8n) << 12n) | ((y & 255n) << 16n), 3)
        },
        [0, 2],
      )
    case 310:
      return blocks(
        3,
        ([a, b, c]) => {
          const z = bits(c, 10)
          const low = (bits(a, 10) << 1n) | ((z & 31n) << 11n)
          const high = (bits(b, 10) << 1n) | ((z >> 5n) << 11n)
          return bytes(low | (high << 16n), 4)
        },
        [0, 2, 4],
      )
    case 311:
      return blocks(3, ([a, b, c]) => bytes(bits(a, 10) | (bits(b, 10) << 10n) | (bits(c, 10) << 20n), 4), [0, 2, 3])
    default:
      throw new Error(`no encoder for format ${format}`)
  }
}
