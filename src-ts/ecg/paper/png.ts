import { decode, encode, hasPngSignature } from 'fast-png'
import { HolterError } from '../../errors.ts'
import { SHEET } from './sheet.ts'

/** Where the first chunk says what kind of image follows: width, height, depth and colour, big endian. */
const HEADER = { width: 16, height: 20, depth: 24, colour: 25, end: 33 } as const
const GREY = 0
const COLOURS: Readonly<Record<number, string>> = {
  0: 'grey',
  2: 'colours',
  3: 'colours from a palette',
  4: 'grey with an alpha channel',
  6: 'colours with an alpha channel',
}
/** No drawing of this size comes near it; more would only be unpacked in vain. */
const MOST_BYTES = 1 << 20
const HINT = 'Draw the record by holter plot RECORD --image FILE.png'

/** Returns a PNG of grey levels, 8 bits each, row by row. */
export function encodePng(levels: Uint8Array, width: number, height: number): Uint8Array {
  return encode({ width, height, data: levels, depth: 8, channels: 1 })
}

/** Whether a file begins as a PNG. */
export function isPng(start: Uint8Array): boolean {
  return start.length >= 8 && hasPngSignature(start.subarray(0, 8))
}

/**
 * Returns the grey levels of a PNG of the form that networks of drawings take. Throws HolterError, which names `where`, on everything else: another
 * size, colours, an alpha channel, a file that was cut off or damaged.
 */
export function decodeDrawing(bytes: Uint8Array, where: string): Uint8Array {
  const refuse = (problem: string, got?: string, expected?: string): never => {
    throw new HolterError({ stage: 'ecg', where, problem, got, expected, hint: HINT })
  }
  if (!isPng(bytes)) refuse('this is not a PNG')
  if (bytes.length < HEADER.end) refuse('the PNG is cut off')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [width, height] = [view.getUint32(HEADER.width), view.getUint32(HEADER.height)]
  const [depth, colour] = [bytes[HEADER.depth], bytes[HEADER.colour]]
  if (width !== SHEET.width || height !== SHEET.height)
    refuse('the drawing has another size', `${width} × ${height}`, `${SHEET.width} × ${SHEET.height}`)
  if (colour !== GREY || depth !== 8)
    refuse(
      'the drawing has other pixels',
      `${COLOURS[colour] ?? `colour type ${colour}`}, ${depth} bits`,
      'grey, 8 bits',
    )
  if (bytes.length > MOST_BYTES) refuse('the PNG is too long for its size', `${bytes.length} bytes`)
  const { data, transparency } = unpacked(bytes, refuse)
  if (transparency) refuse('the drawing has other pixels', 'a transparent level of grey', 'grey, 8 bits')
  return data as Uint8Array
}

/** The library checks each chunk, and says what is wrong in its own words. */
function unpacked(bytes: Uint8Array, refuse: (problem: string) => never) {
  try {
    const image = decode(bytes, { checkCrc: true })
    if (image.data.length === SHEET.width * SHEET.height) return image
  } catch {
    // Told below.
  }
  return refuse('the PNG is cut off or damaged')
}
