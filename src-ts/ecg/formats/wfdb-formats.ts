import { endianness } from 'node:os'

/**
 * How samples lie in a signal file. Samples come in blocks of whole bytes; the last block may be cut.
 * Source: signal(5) of the WFDB Applications Guide.
 */
export interface SampleFormat {
  readonly samplesPerBlock: number
  readonly bytesPerBlock: number
  /** Bytes that 1, 2, … samples of a cut last block need at least; entry 0 is 0. */
  readonly tailBytes: readonly number[]
  /** The value that stands for "no valid sample": the most negative one; undefined where the format has none. */
  readonly invalid: number | undefined
  /** True if the file holds differences to the previous sample of the same signal, the first one to the initial value. */
  readonly differences: boolean
  /** Bits of a sample where the file is a FLAC stream (at most so many); blocks then are what it unpacks to. */
  readonly flacBits?: number
  /** Turns whole blocks into samples; `samples` has room for all of them. */
  decode(bytes: Uint8Array, samples: Int32Array): void
}

/** A format in which every sample takes whole bytes. */
function aligned(bytesPerBlock: number, invalid: number, decode: SampleFormat['decode']): SampleFormat {
  return { samplesPerBlock: 1, bytesPerBlock, tailBytes: [0], invalid, differences: false, decode }
}

/** 8: first differences, 8 bit two's complement. */
const format8: SampleFormat = {
  ...aligned(1, 0, (bytes, samples) => {
    for (let i = 0; i < samples.length; i++) samples[i] = (bytes[i] << 24) >> 24
  }),
  invalid: undefined,
  differences: true,
}

const LITTLE_ENDIAN = endianness() === 'LE'

/** 16: two's complement, little-endian. Nearly all records come in it: copied as a whole, where the processor has the same order. */
const format16 = aligned(2, -(2 ** 15), (bytes, samples) => {
  if (LITTLE_ENDIAN && bytes.byteOffset % 2 === 0) {
    samples.set(new Int16Array(bytes.buffer, bytes.byteOffset, samples.length))
    return
  }
  for (let i = 0, at = 0; i < samples.length; i++, at += 2) {
    samples[i] = ((bytes[at] | (bytes[at + 1] << 8)) << 16) >> 16
  }
})

/** 24: two's complement, little-endian. */
const format24 = aligned(3, -(2 ** 23), (bytes, samples) => {
  for (let i = 0, at = 0; i < samples.length; i++, at += 3) {
    samples[i] = ((bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)) << 8) >> 8
  }
})

/** 32: two's complement, little-endian. */
const format32 = aligned(4, -(2 ** 31), (bytes, samples) => {
  for (let i = 0, at = 0; i < samples.length; i++, at += 4) {
    samples[i] = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
  }
})

/** 61: as 16, but big-endian. */
const format61 = aligned(2, -(2 ** 15), (bytes, samples) => {
  for (let i = 0, at = 0; i < samples.length; i++, at += 2) {
    samples[i] = ((bytes[at + 1] | (bytes[at] << 8)) << 16) >> 16
  }
})

/** 80: 8 bit offset binary. */
const format80 = aligned(1, -(2 ** 7), (bytes, samples) => {
  for (let i = 0; i < samples.length; i++) samples[i] = bytes[i] - 128
})

/** 160: 16 bit offset binary, little-endian. */
const format160 = aligned(2, -(2 ** 15), (bytes, samples) => {
  for (let i = 0, at = 0; i < samples.length; i++, at += 2) samples[i] = (bytes[at] | (bytes[at + 1] << 8)) - 32768
})

/** 212: two 12 bit samples in 3 bytes; the middle byte holds the high four bits of both, the first sample's below. */
const format212: SampleFormat = {
  samplesPerBlock: 2,
  bytesPerBlock: 3,
  tailBytes: [0, 2],
  invalid: -(2 ** 11),
  differences: false,
  decode(bytes, samples) {
    for (let i = 0, at = 0; i < samples.length; i += 2, at += 3) {
      const middle = bytes[at + 1]
      samples[i] = ((bytes[at] | ((middle & 0x0f) << 8)) << 20) >> 20
      samples[i + 1] = ((bytes[at + 2] | ((middle & 0xf0) << 4)) << 20) >> 20
    }
  },
}

/** 310: three 10 bit samples in two little-endian words: bits 1–10 of each word, and the top five bits of both words. */
const format310: SampleFormat = {
  samplesPerBlock: 3,
  bytesPerBlock: 4,
  tailBytes: [0, 2, 4],
  invalid: -(2 ** 9),
  differences: false,
  decode(bytes, samples) {
    for (let i = 0, at = 0; i < samples.length; i += 3, at += 4) {
      const first = bytes[at] | (bytes[at + 1] << 8)
      const second = bytes[at + 2] | (bytes[at + 3] << 8)
      samples[i] = (first << 21) >> 22
      samples[i + 1] = (second << 21) >> 22
      samples[i + 2] = (((first >> 11) | ((second >> 11) << 5)) << 22) >> 22
    }
  },
}

/** 311: three 10 bit samples in the low 30 bits of a little-endian word, the first one lowest. */
const format311: SampleFormat = {
  samplesPerBlock: 3,
  bytesPerBlock: 4,
  tailBytes: [0, 2, 3],
  invalid: -(2 ** 9),
  differences: false,
  decode(bytes, samples) {
    for (let i = 0, at = 0; i < samples.length; i += 3, at += 4) {
      const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
      samples[i] = (word << 22) >> 22
      samples[i + 1] = (word << 12) >> 22
      samples[i + 2] = (word << 2) >> 22
    }
  },
}

/** 508, 516, 524: FLAC streams, which unpack to samples of 32 bits. */
function flac(flacBits: number): SampleFormat {
  return { ...format32, flacBits, invalid: -(2 ** (flacBits - 1)) }
}

/** The formats that can be read, by their number in the header. A new one is an entry here. */
export const sampleFormats: ReadonlyMap<number, SampleFormat> = new Map([
  [8, format8],
  [16, format16],
  [24, format24],
  [32, format32],
  [61, format61],
  [80, format80],
  [160, format160],
  [212, format212],
  [310, format310],
  [311, format311],
  [508, flac(8)],
  [516, flac(16)],
  [524, flac(24)],
])

/** Returns the least number of bytes that hold `samples` samples. */
export function leastBytes(format: SampleFormat, samples: number): number {
  const { samplesPerBlock, bytesPerBlock, tailBytes } = format
  return Math.floor(samples / samplesPerBlock) * bytesPerBlock + tailBytes[samples % samplesPerBlock]
}

/** Returns the number of bytes of `samples` samples with the last block filled up, as most writers do. */
export function wholeBytes(format: SampleFormat, samples: number): number {
  return Math.ceil(samples / format.samplesPerBlock) * format.bytesPerBlock
}

/** Returns the largest number of samples that `bytes` bytes hold. */
export function samplesIn(format: SampleFormat, bytes: number): number {
  const { samplesPerBlock, bytesPerBlock, tailBytes } = format
  const blocks = Math.floor(bytes / bytesPerBlock)
  const rest = bytes - blocks * bytesPerBlock
  return blocks * samplesPerBlock + tailBytes.findLastIndex(needed => needed <= rest)
}
