import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { physical, readRecord } from '../../src-ts/ecg/formats/wfdb-signals.ts'

/**
 * Compares every sample and every physical value of records with what the PyPI package wfdb reads from them; both have to be
 * equal in every bit, NaN equal to NaN. Returns the number of values compared; throws on the first that differs.
 */
export function compareWithWfdb(python: string, paths: readonly string[]): number {
  const script = fileURLToPath(new URL('wfdb-peer.py', import.meta.url))
  let compared = 0
  // In portions, so that the answer stays below what one buffer should hold.
  for (let start = 0; start < paths.length; start += 400) {
    const portion = paths.slice(start, start + 400)
    const answer = execFileSync(python, [script], { input: portion.join('\n'), maxBuffer: 1 << 30 })
    let at = 0
    for (const path of portion) {
      const { header, digital } = readRecord(path)
      for (const [index, signal] of header.signals.entries()) {
        const length = answer.readInt32LE(at)
        at += 4
        if (length !== digital[index].length)
          throw new Error(`${path} signal ${index}: length ${digital[index].length}, wfdb ${length}`)
        const values = physical(signal, digital[index])
        for (let i = 0; i < length; i++) {
          const sample = answer.readInt32LE(at + 4 * i)
          const value = answer.readDoubleLE(at + 4 * length + 8 * i)
          const same = sample === digital[index][i] && Object.is(value + 0, values[i] + 0)
          if (!same) {
            const ours = `${digital[index][i]} (${values[i]})`
            throw new Error(`${path} signal ${index} sample ${i}: ${ours}, wfdb ${sample} (${value})`)
          }
        }
        at += 12 * length
        compared += length
      }
    }
    if (at !== answer.length) throw new Error(`wfdb returned ${answer.length - at} bytes more than there are signals`)
  }
  return compared
}
