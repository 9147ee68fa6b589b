import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SYNTHETIC_LEADS } from '../../src-ts/ecg/synthetic/synthetic-record.ts'
import { writeNpy } from '../../src-ts/npy.ts'
import { random } from '../../src-ts/random.ts'
import { edfFile } from './edf-file.ts'
import { madeEcg } from './made-ecg.ts'
import { writeRecord } from './wfdb-files.ts'

/** Leads in microvolts, whole numbers, so that every format holds the same values. */
export type Microvolts = readonly (readonly number[])[]

/** Twelve leads of a made heart; limb leads that are sums of each other, as they are in a body. */
export function twelveLeads(seconds: number, rateHz: number, seed = 3): Microvolts {
  const { signal } = madeEcg(seconds, rateHz, seed)
  const stream = random(seed + 2)
  const leads = Array.from({ length: 8 }, (_, k) => {
    // Of I and II such that none of their sums vanishes.
    const gain = ([350, 500][k] ?? 400) * (0.95 + 0.1 * stream.uniform())
    return Array.from(signal, value => 2 * Math.round(gain * value))
  })
  const [one, two, ...chest] = leads
  const sum = (a: number, b: number) => one.map((_, t) => Math.round(a * one[t] + b * two[t]))
  return [one, two, sum(-1, 1), sum(-0.5, -0.5), sum(1, -0.5), sum(-0.5, 1), ...chest]
}

const rowsOf = (leads: Microvolts) => leads[0].map((_, t) => leads.map(lead => lead[t]))

/** Writes leads as a file of a format and returns its path, of WFDB without an extension. */
export const writers = {
  csv(dir: string, name: string, leads: Microvolts): string {
    const rows = rowsOf(leads).map(row => row.map(uv => uv / 1000).join(','))
    return written(dir, `${name}.csv`, [SYNTHETIC_LEADS.join(','), ...rows].join('\n'))
  },
  npy(dir: string, name: string, leads: Microvolts): string {
    const data = Float64Array.from(rowsOf(leads).flat(), uv => uv / 1000)
    return written(dir, `${name}.npy`, writeNpy({ shape: [leads[0].length, leads.length], data }))
  },
  edf(dir: string, name: string, leads: Microvolts): string {
    const scale = { physical: [-32768, 32767], units: 'uV' } as const
    const signals = leads.map((lead, k) => ({ label: SYNTHETIC_LEADS[k], records: [lead], ...scale }))
    return written(dir, `${name}.edf`, edfFile(signals, { seconds: 10 }))
  },
  wfdb(dir: string, name: string, leads: Microvolts, rateHz = 100): string {
    const signals = leads.map((digital, k) => ({ digital, gain: '1000/mV 16 0', name: SYNTHETIC_LEADS[k] }))
    writeRecord(dir, name, 16, signals, { rateHz })
    return join(dir, name)
  },
}

function written(dir: string, file: string, contents: string | Uint8Array): string {
  writeFileSync(join(dir, file), contents)
  return join(dir, file)
}
