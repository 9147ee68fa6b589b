import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { HolterError } from '../../errors.ts'
import { type FrameRange, frameRange } from './frame-range.ts'
import { readFully, withFile } from './read-file.ts'
import type { WfdbSignal } from './wfdb-header.ts'

/** Streams of more bytes, and more samples at once, have to be read otherwise. */
const MAX_BYTES = 1 << 28
const MAX_SAMPLES = 1 << 28
/** Longer than that many samples take on a slow machine. */
const LIMIT_MS = 300_000
const DAMAGED = 'The file is cut off or damaged, or belongs to another header; fetch it again'

/** Frames `first` up to `end` of `frames`, and their samples as they would lie in an uncompressed signal file. */
interface FlacFrames {
  readonly samples: Int32Array
  readonly first: number
  readonly end: number
  readonly frames: number
}

/**
 * Returns the samples of a signal file that is a FLAC stream: a channel for each signal, samples of at most `bits` bits, as they went in. What
 * comes before a range is decoded as well, what comes behind it is not. Without a length in the header the stream decides. A damaged stream,
 * one of another form or length, and with `checksum` one that differs from its own MD5 sum, is an error at `path`.
 * Sources: signal(5) of the WFDB Applications Guide, lib/flac.c of the WFDB library; the decoder is libFLAC (npm `libflacjs`).
 */
export function readFlac(
  { path, signals }: { readonly path: string; readonly signals: readonly WfdbSignal[] },
  bits: number,
  declaredFrames: number | undefined,
  range: FrameRange | undefined,
  checksum: boolean,
): FlacFrames {
  const fail = failureAt(path)
  const channels = signals.length
  const { samplesPerFrame: perFrame, byteOffset: offset } = signals[0]
  const other = signals.find(signal => signal.samplesPerFrame !== perFrame)
  if (other) {
    const problem = 'signals in one FLAC file have to have one number of samples per frame'
    throw fail(problem, other.samplesPerFrame, perFrame)
  }
  const bytes = withFile(path, DAMAGED, (file, size) => {
    if (size > MAX_BYTES) throw fail('the FLAC stream is too long', `${size} bytes`, `at most ${MAX_BYTES}`)
    const content = new Uint8Array(size)
    readFully(path, file, content, 0, size)
    return content
  })
  const layout = { channels, bits, perFrame, checksum }
  if (declaredFrames === undefined) {
    const all = decodeFlac(bytes, { ...layout, from: offset, to: undefined, declared: undefined }, path)
    const frames = all.length / (channels * perFrame)
    if (!(Number.isInteger(frames) && frames > 0)) throw fail('the FLAC stream holds no whole frames', frames)
    const [from] = frameRange(range, frames, path)
    return { samples: all.subarray(from * channels * perFrame), first: from, end: frames, frames }
  }
  const [first, to] = frameRange(range, declaredFrames, path)
  const end = Math.min(declaredFrames, to + Math.max(...signals.map(signal => signal.skewFrames)))
  const count = (end - first) * perFrame * channels
  if (count > MAX_SAMPLES) throw fail('so many samples cannot be read at once, read the record in ranges', count)
  // The offset of a FLAC file counts samples, not bytes.
  const [from, until, declared] = [first, end, declaredFrames].map(frame => offset + frame * perFrame)
  return {
    samples: decodeFlac(bytes, { ...layout, from, to: until, declared }, path),
    first,
    end,
    frames: declaredFrames,
  }
}

/** What a stream has to be. */
interface FlacLayout {
  /** One for each signal of the file, at most 8. */
  readonly channels: number
  /** Size of a sample in the header's format; the stream's may be smaller. */
  readonly bits: number
  /** Samples per frame of each signal. */
  readonly perFrame: number
  /** Samples per channel: the first one wanted, and the one behind the last; undefined where the header leaves that to the stream. */
  readonly from: number
  readonly to: number | undefined
  /** Samples per channel by the header, or undefined. Only a stream that is wanted up to its end is decoded to it and has to have its MD5 sum. */
  readonly declared: number | undefined
  readonly checksum: boolean
}

let worker: Worker | undefined

/** Returns the samples of the FLAC stream in `bytes`, frame by frame, `perFrame` of each channel; `where` (the file) is named in errors. */
function decodeFlac(bytes: Uint8Array, layout: FlacLayout, where: string): Int32Array {
  const fail = failureAt(where)
  // The library loads asynchronously and readers do not: this thread sleeps until the other one has answered.
  worker ??= new Worker(new URL('./flac-worker.mjs', import.meta.url), { execArgv: [] })
  worker.unref()
  const done = new Int32Array(new SharedArrayBuffer(4))
  const { port1, port2 } = new MessageChannel()
  worker.postMessage({ bytes, layout, port: port2, done }, [port2])
  Atomics.wait(done, 0, 0, LIMIT_MS)
  const answer = receiveMessageOnPort(port1)?.message
  port1.close()
  if (!answer) {
    void worker.terminate()
    worker = undefined
    throw fail(`the FLAC stream was not decoded within ${LIMIT_MS / 1000} s`)
  }
  if (answer.problem) throw fail(answer.problem, answer.got, answer.expected)
  return answer.samples
}

function failureAt(where: string) {
  return (problem: string, got?: string | number, expected?: string | number) =>
    new HolterError({ stage: 'ecg', where, problem, got, expected, hint: DAMAGED })
}
