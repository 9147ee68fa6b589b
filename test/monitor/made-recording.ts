import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeRecord } from '../../src-ts/ecg/formats/write-record.ts'
import type { MonitorEvent } from '../../src-ts/monitor/alarms.ts'
import { beatsAt, madeLead, steady } from './made-heart.ts'

/** 84 s with a run of ventricular beats and a pause. */
export const madeBeats = beatsAt(
  [...steady(50, 0.8), ...steady(8, 0.42), ...steady(30, 0.8), 3, ...steady(20, 0.8)],
  i => i > 50 && i <= 58,
)
export const madeLeads = [1, 2].map(seed => madeLead({ beats: madeBeats, seconds: 84, seed }))

/** Writes the record and returns its path. */
export function madeRecord(dir: string): string {
  const signals = ['MLII', 'V5'].map((name, i) => ({
    name,
    values: Float64Array.from(madeLeads[i], value => value / 1000),
  }))
  writeRecord(dir, 'made', { sampleRateHz: 360, signals })
  return join(dir, 'made')
}

/** Returns the log in a folder. */
export const eventsOf = (dir: string) =>
  readFileSync(join(dir, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as MonitorEvent)
