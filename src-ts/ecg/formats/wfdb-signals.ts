import { dirname, join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { readFlac } from './flac.ts'
import { type FrameRange, frameRange } from './frame-range.ts'
import { readFully, withFile } from './read-file.ts'
import { leastBytes, type SampleFormat, sampleFormats, samplesIn, wholeBytes } from './wfdb-formats.ts'
import { readHeader, type WfdbHeader, type WfdbSignal } from './wfdb-header.ts'

/** A record as its files hold it: samples as the converter gave them, one array per signal of the header. */
export interface WfdbRecord {
  readonly header: WfdbHeader
  /** Frames that were read: those of the record, or of the range asked for. */
  readonly frames: number
  /** [signal][frames × samplesPerFrame]; an invalid sample is the most negative value of the signal's format. */
  readonly digital: readonly Int32Array[]
}

export interface ReadOptions {
  /** False leaves out the comparison with the header's checksums and initial values. */
  readonly checksum?: boolean
  /** Frames to read, from the first up to but not including the second; default all. Checksums hold for whole records only. */
  readonly range?: FrameRange
}

/** More bytes at once have to be read in ranges: their samples as Int32Array pass what one array can hold. */
const MAX_SIGNAL_BYTES = 1 << 30

const CUT = 'Fetch the file again: it is cut off, or the header belongs to another file'
const LIE = 'The header belongs to another file, or states the wrong length, format or number of signals'
const MISSING = 'Fetch it again, or check the file name in the header'

/**
 * Returns the record whose header is `path` (with or without `.hea`), every sample checked against the header:
 * lengths of all files, and unless switched off initial values and checksums. Of a range only the bytes that hold it are read.
 */
export function readRecord(path: string, options: ReadOptions = {}): WfdbRecord {
  const headerPath = path.endsWith('.hea') ? path : `${path}.hea`
  const header = readHeader(headerPath)
  const problem = (text: string, hint: string) =>
    new HolterError({ stage: 'ecg', where: headerPath, problem: text, hint })
  if (header.segments.length > 0) {
    throw problem(
      `the record consists of ${header.segments.length} segments`,
      'Read a single segment, or signals as voltages',
    )
  }
  if (header.signals.length === 0) throw problem('the record has no signals', 'It may hold annotations only')
  const digital: Int32Array[] = new Array(header.signals.length)
  let frames = header.frames
  for (const [file, indices] of groupByFile(header)) {
    if (file === '~') throw problem('a signal without samples (~) belongs into a layout segment only', LIE)
    const signals = indices.map(index => header.signals[index])
    const group: Group = { path: join(dirname(headerPath), file), signals, format: formatOf(signals, headerPath) }
    const { samples, first, end, frames: found } = readGroup(group, frames, options)
    frames ??= found
    const [from, to] = options.range ?? [0, frames]
    for (const [position, channel] of separate(group, samples, end - first).entries()) {
      const signal = signals[position]
      // Without a length in the header its checksums mean nothing (header(5)).
      const sumHolds = header.frames !== undefined && !options.range && !lacksChecksums(header)
      if ((options.checksum ?? true) && first === 0) verify(group.path, signal, indices[position], channel, sumHolds)
      align(group, signal, channel)
      const perFrame = signal.samplesPerFrame
      digital[indices[position]] = channel.subarray((from - first) * perFrame, (to - first) * perFrame)
    }
  }
  const [from, to] = options.range ?? [0, frames!]
  return { header, frames: to - from, digital }
}

/**
 * Returns whether a header states the checksum 0 throughout: published data sets (CinC 2017) write it where none was computed, and all
 * signals of a record hardly ever sum up to it.
 */
export function lacksChecksums({ signals }: WfdbHeader): boolean {
  return signals.length > 0 && signals.every(({ checksum }) => checksum === 0)
}

/**
 * Returns physical values in the signal's units: (sample − baseline) / gain in double precision, NaN for an invalid sample.
 */
export function physical(signal: WfdbSignal, digital: Int32Array): Float64Array {
  const invalid = sampleFormats.get(signal.format)?.invalid
  const values = new Float64Array(digital.length)
  for (let i = 0; i < digital.length; i++) {
    values[i] = digital[i] === invalid ? Number.NaN : (digital[i] - signal.baseline) / signal.gain
  }
  return values
}

/** Signals that lie interleaved in one file. */
interface Group {
  readonly path: string
  readonly signals: readonly WfdbSignal[]
  readonly format: SampleFormat
}

function groupByFile(header: WfdbHeader): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const [index, { file }] of header.signals.entries()) {
    const group = groups.get(file)
    if (group) group.push(index)
    else groups.set(file, [index])
  }
  return groups
}

function formatOf(signals: readonly WfdbSignal[], headerPath: string): SampleFormat {
  const [{ file, format: code, byteOffset }] = signals
  const where = `${headerPath}, file ${file}`
  const other = signals.find(signal => signal.format !== code || signal.byteOffset !== byteOffset)
  if (other) {
    throw new HolterError({
      stage: 'ecg',
      where,
      problem: 'signals in one file have to have one format and byte offset',
      got: `${other.format}+${other.byteOffset} beside ${code}+${byteOffset}`,
    })
  }
  const format = sampleFormats.get(code)
  if (format) return format
  throw new HolterError({
    stage: 'ecg',
    where,
    problem: 'no such signal format',
    got: code,
    expected: [...sampleFormats.keys()].join(', '),
    hint: 'The header is damaged or of a newer standard',
  })
}

/**
 * Reads the interleaved samples of a file, frames `first` up to `end`: at least those of the range. Nothing is allocated before the
 * file's size has been found to fit the header.
 */
function readGroup(group: Group, declaredFrames: number | undefined, { range, checksum = true }: ReadOptions) {
  const { path, signals, format } = group
  if (format.flacBits !== undefined) return readFlac(group, format.flacBits, declaredFrames, range, checksum)
  const frameSamples = samplesPerFrame(signals)
  const offset = signals[0].byteOffset
  return withFile(path, MISSING, (file, bytes) => {
    const available = bytes - offset
    const frames = declaredFrames ?? Math.floor(samplesIn(format, Math.max(available, 0)) / frameSamples)
    const count = frames * frameSamples
    const least = leastBytes(format, count)
    const whole = wholeBytes(format, count)
    const refuse = (problem: string, hint: string) => {
      const layout = `${offset ? `${offset} + ` : ''}${signals.length} signals × ${frames} samples in format ${signals[0].format}`
      const expected = `${offset + least} for ${layout}`
      return new HolterError({ stage: 'ecg', where: path, problem, got: `${bytes} bytes`, expected, hint })
    }
    if (available < least) throw refuse('the signal file is shorter than its header says', CUT)
    if (available > whole) {
      throw declaredFrames === undefined
        ? refuse('the signal file does not end with a whole frame', CUT)
        : refuse('the signal file is longer than its header says', LIE)
    }
    if (count === 0) throw refuse('the signal file holds no samples', CUT)
    const [from, to] = frameRange(range, frames, path)
    // Differences add up from the start; a signal that lags lies further behind.
    const first = format.differences ? 0 : from
    const end = Math.min(frames, to + Math.max(...signals.map(signal => signal.skewFrames)))
    const firstBlock = Math.floor((first * frameSamples) / format.samplesPerBlock)
    const start = firstBlock * format.bytesPerBlock
    // Room for the whole last block: zeros stand in for what a cut one lacks.
    const room = wholeBytes(format, end * frameSamples) - start
    if (room > MAX_SIGNAL_BYTES)
      throw refuse(`more than ${MAX_SIGNAL_BYTES} bytes of signals cannot be read at once`, 'Read the record in ranges')
    const content = new Uint8Array(room)
    readFully(path, file, content, offset + start, Math.min(available - start, room))
    const samples = new Int32Array((room / format.bytesPerBlock) * format.samplesPerBlock)
    format.decode(content, samples)
    return { samples: samples.subarray(first * frameSamples - firstBlock * format.samplesPerBlock), first, end, frames }
  })
}

/** Takes a file's interleaved samples apart into one array per signal; differences are summed up on the way. */
function separate({ signals, format }: Group, samples: Int32Array, frames: number): Int32Array[] {
  const frameSamples = samplesPerFrame(signals)
  // One array for all of them: thousands of short records are read in a row, and every array costs as much as its samples.
  const all = new Int32Array(frames * frameSamples)
  const channels: Int32Array[] = []
  let start = 0
  for (const { samplesPerFrame: perFrame, initialValue, adcZero } of signals) {
    const channel = all.subarray(start * frames, (start + perFrame) * frames)
    for (let k = 0; k < perFrame; k++) pick(samples, start + k, frameSamples, channel, k, perFrame)
    if (format.differences) accumulate(channel, initialValue ?? adcZero)
    channels.push(channel)
    start += perFrame
  }
  return channels
}

/** Copies every `step`-th sample from `at` on to every `outStep`-th place from `outAt` on. */
function pick(samples: Int32Array, at: number, step: number, out: Int32Array, outAt: number, outStep: number): void {
  for (let from = at, to = outAt; to < out.length; from += step, to += outStep) out[to] = samples[from]
}

function accumulate(channel: Int32Array, initialValue: number): void {
  let value = initialValue
  for (let i = 0; i < channel.length; i++) {
    value += channel[i]
    channel[i] = value
  }
}

function samplesPerFrame(signals: readonly WfdbSignal[]): number {
  return signals.reduce((sum, signal) => sum + signal.samplesPerFrame, 0)
}

/** Compares a signal as it lies in the file with the initial value and the checksum that its header line states. */
function verify(path: string, signal: WfdbSignal, index: number, channel: Int32Array, checksumHolds: boolean): void {
  const refuse = (problem: string, got: number, expected: number) =>
    new HolterError({
      stage: 'ecg',
      where: `${path}, signal ${index} (${signal.description || 'no name'})`,
      problem,
      got,
      expected,
      hint: 'The file is damaged or belongs to another header; fetch it again (data check and plot read it all the same with --no-checksum)',
    })
  const stored = !sampleFormats.get(signal.format)?.differences
  if (stored && signal.initialValue !== undefined && channel[0] !== signal.initialValue) {
    throw refuse("the first sample differs from the header's initial value", channel[0], signal.initialValue)
  }
  if (signal.checksum === undefined || !checksumHolds) return
  let sum = 0
  for (let i = 0; i < channel.length; i++) sum = (sum + channel[i]) | 0
  if ((sum & 0xffff) !== signal.checksum) {
    throw refuse("the sum of the samples differs from the header's checksum", sum & 0xffff, signal.checksum)
  }
}

/** Moves a signal that lags in the file (skew) into step with the others; what then lacks at its end is invalid. */
function align({ path, format }: Group, signal: WfdbSignal, channel: Int32Array): void {
  if (signal.skewFrames === 0) return
  if (format.invalid === undefined) {
    const problem = `format ${signal.format} has no value for the samples that a skew leaves open`
    throw new HolterError({ stage: 'ecg', where: path, problem, hint: 'Convert the record to format 16 first' })
  }
  const shift = Math.min(signal.skewFrames * signal.samplesPerFrame, channel.length)
  channel.copyWithin(0, shift)
  channel.fill(format.invalid, channel.length - shift)
}
