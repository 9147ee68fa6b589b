import { HolterError } from '../../errors.ts'
import { readFile } from '../../files.ts'
import { AHA_CODES, STANDARD_SYMBOLS } from './annotation-codes.ts'
import type { Annotation } from './wfdb-annotations.ts'

const RECORD_BYTES = 16
/** A byte of this value in place of a record's first one ends the file; writers fill the last block with it. */
const END = 0xff

/**
 * Returns the annotations in a file of the AHA format: records of 16 bytes with a letter, a time, a serial number, MIT subtype and
 * code, and up to six characters. `ticksPerSample` is 1 where times are samples, as the WFDB library writes them, and 4 for the AHA's own
 * files, which count milliseconds of a record at 250 Hz. Source: getann in lib/annot.c of the WFDB library.
 */
export function readAhaAnnotations(path: string, ticksPerSample = 1): readonly Annotation[] {
  return parseAhaAnnotations(readFile(path, 'Check record name and extension'), path, ticksPerSample)
}

/** Returns the annotations that `bytes` hold in the AHA format; `where` (the file) is named in errors. */
export function parseAhaAnnotations(bytes: Uint8Array, where: string, ticksPerSample = 1): readonly Annotation[] {
  const list: Annotation[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fail = (at: number, problem: string, got: string | number, expected: string | number) =>
    new HolterError({
      stage: 'ecg',
      where: `${where}, byte ${at}`,
      problem,
      got,
      expected,
      hint: 'Fetch the file again',
    })
  for (let at = 0; at < bytes.length && bytes[at] !== END; at += RECORD_BYTES) {
    if (at + RECORD_BYTES > bytes.length) throw fail(at, 'an annotation is cut off', bytes.length - at, RECORD_BYTES)
    // As on a PDP-11: the high half of the time first, each half with its low byte first.
    const ticks = (view.getInt16(at + 2, true) << 16) | view.getUint16(at + 4, true)
    if (ticks < 0) throw fail(at, 'an annotation lies before the record', ticks, 'a time of at least 0')
    const serial = view.getInt16(at + 6, true)
    // Serial numbers count from 1 and wrap to 0 only past 65,535, which the halves of a record do not reach.
    if (serial === 0) throw fail(at, 'this is no file of AHA annotations', 'serial number 0', 'numbers from 1 on')
    const letter = String.fromCharCode(bytes[at + 1])
    const code = AHA_CODES.get(letter) ?? 0
    const subtype = view.getInt8(at + 8)
    list.push({
      sample: Math.round(ticks / ticksPerSample),
      code,
      symbol: STANDARD_SYMBOLS[code] ?? letter,
      // "Unreadable" is noise of subtype −1 in MIT's codes.
      subtype: letter === 'U' && subtype === 0 ? -1 : subtype,
      channel: 0,
      number: 0,
      aux: Buffer.from(bytes.subarray(at + 10, at + RECORD_BYTES))
        .toString('latin1')
        .replace(/\0.*$/s, ''),
    })
  }
  return list
}
