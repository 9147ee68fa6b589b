import { HolterError } from '../../errors.ts'
import { readText } from './read-file.ts'

/** A WFDB header (.hea) with every default filled in. Source: header(5) of the WFDB Applications Guide. */
export interface WfdbHeader {
  readonly record: string
  /** Frames per second; a signal with n samples per frame has n times as many samples. */
  readonly sampleRateHz: number
  readonly counterRateHz: number
  readonly counterBase: number
  /** Frames in the record, or undefined where the header leaves it to the length of the signal file (absent or 0). */
  readonly frames: number | undefined
  /** Start time and date as the header writes them: nothing here computes with them, so no form of them is refused. */
  readonly time: string | undefined
  readonly date: string | undefined
  /** Empty in a multi-segment record: there each segment's own header describes them. */
  readonly signals: readonly WfdbSignal[]
  /** Empty in an ordinary record. */
  readonly segments: readonly WfdbSegment[]
  /** Comment lines without their `#`. */
  readonly comments: readonly string[]
}

/** One signal of a record: physical value = (sample − baseline) / gain, in `units`. */
export interface WfdbSignal {
  /** Name of the file in the header's folder; `~` where a layout header declares a signal without samples. */
  readonly file: string
  readonly format: number
  readonly samplesPerFrame: number
  /** Frames by which this signal lags in the file. */
  readonly skewFrames: number
  /** Position of the file's first sample. */
  readonly byteOffset: number
  /** Sample values per unit; 200 where the header has none or 0 (uncalibrated). */
  readonly gain: number
  readonly baseline: number
  readonly units: string
  readonly adcBits: number
  readonly adcZero: number
  /** First sample, or undefined where the header does not say. */
  readonly initialValue: number | undefined
  /** Sum of all samples modulo 65,536 (0 … 65,535), or undefined where the header does not say. */
  readonly checksum: number | undefined
  readonly blockBytes: number
  readonly description: string
}

/** A part of a multi-segment record. */
export interface WfdbSegment {
  /** Record name of the segment; `~` is a gap. */
  readonly record: string
  readonly frames: number
}

/** Headers are a line per signal or segment; the largest known have some ten thousand segments. */
const MAX_HEADER_BYTES = 4 << 20
/** header(5) allows lines of 255 characters; longer fields would also make the patterns below slow. */
const MAX_FIELD_LENGTH = 255
const DEFAULT_RATE_HZ = 250
const DEFAULT_GAIN = 200

/** Returns the header in a .hea file. Errors name file, line and field. */
export function readHeader(path: string): WfdbHeader {
  return parseHeader(readText(path, MAX_HEADER_BYTES, 'Check the record name and that the download is complete'), path)
}

/** Returns the header that `text` holds; `where` (the file) is named in errors. */
export function parseHeader(text: string, where: string): WfdbHeader {
  const comments: string[] = []
  const lines: Line[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line.startsWith('#')) comments.push(line.slice(1).trim())
    else if (line) lines.push(new Line(line, `${where} line ${index + 1}`))
  }
  const first = lines.shift()
  if (!first) {
    throw new HolterError({
      stage: 'ecg',
      where,
      problem: 'the header is empty',
      expected: 'a record line: name, number of signals, sample rate, number of samples',
      hint: 'Download the file again',
    })
  }
  const { segmentCount, signalCount, ...record } = parseRecordLine(first)
  const multiSegment = segmentCount !== undefined
  const declared = multiSegment ? segmentCount : signalCount
  if (lines.length !== declared) {
    const kind = multiSegment ? 'segment' : 'signal'
    throw first.problem(`the header declares ${declared} ${kind}s, one line each`, lines.length, declared)
  }
  const segments = multiSegment ? lines.map(parseSegmentLine) : []
  const signals = multiSegment ? [] : lines.map(parseSignalLine)
  const sum = segments.reduce((total, segment) => total + segment.frames, 0)
  if (multiSegment && record.frames !== undefined && record.frames !== sum) {
    throw first.problem('the length differs from the sum of its segments', record.frames, sum)
  }
  return { ...record, frames: record.frames ?? (sum || undefined), signals, segments, comments }
}

/** `name[/segments] signals [rate[/counterRate[(base)]] [frames [time [date]]]]` */
function parseRecordLine(line: Line) {
  const [name, segments] = line.match('record name', /^([\w.-]+)(?:\/(.*))?$/, 'letters, digits, _ and -')
  const segmentCount = segments === undefined ? undefined : line.whole('number of segments', segments, 1)
  const signalCount = line.whole('number of signals', line.next('number of signals'), 0)
  const [rate, counterRate, base] = line.more
    ? line.match('sample rate', /^([^/(]+)(?:\/([^(]+)(?:\(([^)]+)\))?)?$/, 'rate[/counter rate[(base)]]')
    : []
  const sampleRateHz = rate === undefined ? DEFAULT_RATE_HZ : line.real('sample rate', rate)
  if (!(sampleRateHz > 0)) throw line.problem('the sample rate is not positive', rate, 'more than 0 Hz')
  // A counter rate that is not positive stands for the sample rate (header(5)).
  const counter = counterRate === undefined ? 0 : line.real('counter rate', counterRate)
  return {
    record: name,
    segmentCount,
    signalCount,
    sampleRateHz,
    counterRateHz: counter > 0 ? counter : sampleRateHz,
    counterBase: base === undefined ? 0 : line.real('counter base', base),
    frames: (line.more && line.whole('number of samples', line.next('number of samples'), 0)) || undefined,
    time: line.optional(),
    date: line.rest() || undefined,
  }
}

/** `file format[xPerFrame][:skew][+offset] [gain[(baseline)][/units] [bits [zero [initial [checksum [block [description]]]]]]]` */
function parseSignalLine(line: Line): WfdbSignal {
  const file = line.next('file name')
  if (!/^(?:~|[\w.-]+)$/.test(file) || /^\.+$/.test(file)) {
    throw line.problem(
      'this cannot be the name of a signal file',
      file,
      "letters, digits, _, - and ., in the header's own folder",
    )
  }
  const [format, perFrame, skew, offset] = line.match(
    'format',
    /^(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$/,
    'such as 16, 212x2 or 16:3+512',
  )
  const [gain, baseline, units] = line.more
    ? line.match('gain', /^([^(/]+)(?:\(([^)]+)\))?(?:\/(.+))?$/, 'gain[(baseline)][/units]')
    : []
  const bits = line.optionalInteger('ADC resolution')
  const adcZero = line.optionalInteger('ADC zero') ?? 0
  const initialValue = line.optionalInteger('initial value')
  const checksum = line.optionalInteger('checksum')
  const blockBytes = line.optionalInteger('block size') ?? 0
  const formatCode = line.whole('format', format, 0)
  return {
    file,
    format: formatCode,
    samplesPerFrame: perFrame === undefined ? 1 : line.whole('number of samples per frame', perFrame, 1),
    skewFrames: skew === undefined ? 0 : line.whole('skew', skew, 0),
    byteOffset: offset === undefined ? 0 : line.whole('byte offset', offset, 0),
    gain: (gain !== undefined && line.real('gain', gain)) || DEFAULT_GAIN,
    baseline: baseline === undefined ? adcZero : line.integer('baseline', baseline),
    units: units ?? 'mV',
    adcBits: bits || (formatCode === 8 ? 10 : 12),
    adcZero,
    initialValue,
    // Writers store the 16-bit sum signed or unsigned: both mean the same modulo 65,536.
    checksum: checksum === undefined ? undefined : checksum & 0xffff,
    blockBytes,
    description: line.rest(),
  }
}

/** `name frames` */
function parseSegmentLine(line: Line): WfdbSegment {
  const record = line.next('segment name')
  if (!/^(?:~|[\w-]+)$/.test(record))
    throw line.problem('this cannot be the name of a segment', record, 'a record name, or ~ for a gap')
  return { record, frames: line.whole('segment length', line.next('segment length'), 0) }
}

/** A header line that is taken apart field by field; every error names file, line and field. */
class Line {
  private remaining: string
  private readonly where: string

  constructor(text: string, where: string) {
    this.remaining = text
    this.where = where
  }

  get more(): boolean {
    return this.remaining !== ''
  }

  /** The next field, or undefined at the end of the line. */
  optional(): string | undefined {
    const field = /^\S+/.exec(this.remaining)?.[0]
    if (field !== undefined && field.length > MAX_FIELD_LENGTH) {
      throw this.problem('a field is too long', field, `at most ${MAX_FIELD_LENGTH} characters`)
    }
    if (field !== undefined) this.remaining = this.remaining.slice(field.length).trimStart()
    return field
  }

  /**
   * The next field as a whole number, or undefined if the line ends or its description begins here: some writers leave
   * out the numbers that they do not know and write the lead's name all the same.
   */
  optionalInteger(name: string): number | undefined {
    return /^[+-]?\d/.test(this.remaining) ? this.integer(name, this.next(name)) : undefined
  }

  next(name: string): string {
    const field = this.optional()
    if (field === undefined) throw this.problem(`the ${name} is missing`, 'the end of the line', `a ${name}`)
    return field
  }

  /** Everything up to the end of the line. */
  rest(): string {
    const rest = this.remaining
    this.remaining = ''
    return rest
  }

  /** The groups of a pattern that the next field has to match. */
  match(name: string, pattern: RegExp, expected: string): [string, ...(string | undefined)[]] {
    const field = this.next(name)
    const groups = pattern.exec(field)
    if (!groups) throw this.problem(`the ${name} cannot be read`, field, expected)
    return groups.slice(1) as [string, ...(string | undefined)[]]
  }

  integer(name: string, text: string): number {
    const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (Number.isNaN(value)) throw this.problem(`the ${name} is not a whole number`, text, 'a whole number')
    return value
  }

  whole(name: string, text: string, min: number): number {
    const value = this.integer(name, text)
    if (value < min) throw this.problem(`the ${name} is too small`, text, `at least ${min}`)
    return value
  }

  real(name: string, text: string): number {
    const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
    if (!Number.isFinite(value)) throw this.problem(`the ${name} is not a number`, text, 'a decimal number')
    return value
  }

  problem(problem: string, got: string | number | undefined, expected: string | number): HolterError {
    // Quoted and cut, since a damaged header may hold anything.
    const shown = typeof got === 'string' ? JSON.stringify(got.slice(0, 40)) : got
    return new HolterError({ stage: 'ecg', where: this.where, problem, got: shown, expected })
  }
}
