// A thread that decodes FLAC streams for flac.ts with libFLAC. Plain JavaScript, so that every Node.js starts it without a loader; a thread of
// its own, since the library loads asynchronously while the readers are synchronous, and since a damaged stream may abort it.
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'

/** What decoders report when a stream ended as it should (FLAC__STREAM_DECODER_END_OF_STREAM). */
const END_OF_STREAM = 4
/** A writer that cannot go back to the head states this length, the largest one, as libwfdb does. */
const UNKNOWN_LENGTH = 2 ** 36 - 1

/** As many samples are granted where the header leaves the length to the stream: a small file can unpack to anything. */
const MOST_SAMPLES = 2 ** 26

/** Returns `{ samples }` of the layout that flac.ts describes, or `{ problem, got, expected }`. */
function decode(flac, bytes, { channels, bits, perFrame, from, to, declared, checksum }) {
  const decoder = flac.create_libflac_decoder(checksum)
  const parts = []
  const end = to ?? from + Math.floor(MOST_SAMPLES / channels)
  const whole = to === declared
  let [at, seen, taken] = [0, 0, 0]
  let head
  let refusal
  const refuse = (problem, got, expected) => {
    refusal ??= { problem, got, expected }
    return false
  }
  const checkLength = samples => {
    if (samples < declared) refuse('the FLAC stream is shorter than its header says', samples, declared)
    const most = declared ?? end
    if (samples > most) refuse('the FLAC stream is longer than its header says', samples, most)
  }
  const read = count => {
    const part = bytes.slice(at, at + count)
    at += part.length
    return { buffer: part, readDataLength: part.length, error: false }
  }
  const write = (data, { blocksize, channels: found, bitsPerSample }) => {
    if (found !== channels || bitsPerSample !== head?.bitsPerSample) return refuse('the FLAC stream changes its form')
    const [first, last] = [Math.max(from - seen, 0), Math.min(end - seen, blocksize)]
    seen += blocksize
    if (first < last) {
      parts.push(data.map(channel => samplesOf(channel, bitsPerSample).slice(first, last)))
      taken += last - first
    }
    return seen <= end || !whole
  }
  const error = (_, message) => refuse('the FLAC stream is damaged', message.replace(/^.*STATUS_/, '').toLowerCase())
  const metadata = found => {
    head ??= found
  }
  try {
    flac.init_decoder_stream(decoder, read, write, error, metadata)
    flac.FLAC__stream_decoder_process_until_end_of_metadata(decoder)
    checkHead()
    while (!refusal && (whole || seen < end) && flac.FLAC__stream_decoder_process_single(decoder)) {
      if (flac.FLAC__stream_decoder_get_state(decoder) === END_OF_STREAM) break
    }
    const sound = flac.FLAC__stream_decoder_finish(decoder)
    if (whole || seen < end) checkLength(seen)
    if (whole && !sound) refuse('the samples differ from the MD5 sum of the FLAC stream')
  } finally {
    flac.FLAC__stream_decoder_delete(decoder)
  }
  return refusal ?? { samples: interleave(parts, taken, channels, perFrame) }

  function checkHead() {
    if (refusal) return
    if (!head) return refuse('this is no FLAC stream')
    const { channels: found, bitsPerSample } = head
    if (found !== channels) return refuse('the FLAC stream has another number of channels', found, channels)
    if (![8, 16, 24].includes(bitsPerSample) || bitsPerSample > bits)
      return refuse('the samples of the FLAC stream have another size', `${bitsPerSample} bits`, `${bits}`)
    // 36 bits of the first block, of which the library gives 32.
    const total = (bytes[21] & 15) * 2 ** 32 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(22)
    // Before anything is decoded: what lies behind a range never is.
    if (total > 0 && total < UNKNOWN_LENGTH) checkLength(total)
  }
}

/** The library gives samples of 8 and 16 bits in two bytes, those of 24 bits in four of which the highest is no part. */
function samplesOf({ buffer, byteOffset, byteLength }, bits) {
  if (bits === 24) return Int32Array.from(new Int32Array(buffer, byteOffset, byteLength >> 2), x => (x << 8) >> 8)
  return new Int16Array(buffer, byteOffset, byteLength >> 1)
}

function interleave(parts, count, channels, perFrame) {
  const samples = new Int32Array(count * channels)
  let before = 0
  for (const part of parts) {
    for (let channel = 0; channel < channels; channel++) {
      const values = part[channel]
      for (let i = 0; i < values.length; i++) {
        const time = before + i
        const step = time % perFrame
        samples[(time - step) * channels + channel * perFrame + step] = values[i]
      }
    }
    before += part[0].length
  }
  return samples
}

/** Returns the library when it is ready; loaded here, so that its absence is an answer as well. */
function load() {
  const flac = createRequire(import.meta.url)('libflacjs')('min')
  return new Promise(resolve => (flac.isReady() ? resolve(flac) : flac.on('ready', () => resolve(flac))))
}

parentPort.on('message', async ({ bytes, layout, port, done }) => {
  let answer
  try {
    answer = decode(await load(), bytes, layout)
  } catch (error) {
    answer = { problem: 'the FLAC stream cannot be decoded', got: String(error?.message ?? error).split('\n')[0] }
  }
  port.postMessage(answer, answer.samples ? [answer.samples.buffer] : [])
  port.close()
  Atomics.store(done, 0, 1)
  Atomics.notify(done, 0)
})
