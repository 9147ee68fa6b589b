import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { beatClass } from '../src-ts/ecg/beats/beat-classes.ts'
import { fetchCacheDir } from '../src-ts/ecg/datasets/find-data.ts'
import { locateMitBih, MIT_BIH_RATE_HZ, type MitBihRecord, openMitBih } from '../src-ts/ecg/datasets/mit-bih.ts'
import { DS1, DS1_TRAIN, DS1_VALIDATION } from '../src-ts/ecg/datasets/mit-bih-sets.ts'
import { resample } from '../src-ts/ecg/signal/resample.ts'
import { HolterError } from '../src-ts/errors.ts'
import { writeFile } from '../src-ts/files.ts'

const TASK = {
  name: 'ventricular-beats',
  title: 'is there a ventricular beat in four seconds of one lead',
  labels: ['normal', 'ventricular'],
  exclusive: true,
  leads: ['MLII'],
  sampleRateHz: 250,
  seconds: 4,
} as const
const SAMPLES = TASK.sampleRateHz * TASK.seconds

/** A stretch of a record: its number, and its label where it has one. */
type Stretch = readonly [number: number, label: string | undefined]

/** Writes the folder that the command line names and returns what it wrote, one sentence. */
export function cutMitBih(args: readonly string[]): string {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { each: { type: 'string' } },
    allowPositionals: true,
  })
  const [out, given] = positionals
  const each = Number(values.each ?? 12)
  const roots = [given, process.env.ECG_DATA_DIR, fetchCacheDir()].filter(root => root !== undefined)
  const dir = roots.map(root => locateMitBih(root)).find(found => found !== undefined)
  if (dir === undefined || !(each >= 1)) {
    const problem = dir === undefined ? 'no folder holds MIT-BIH' : 'it is to be a number of at least 1'
    throw new HolterError({
      stage: 'usage',
      where: dir === undefined ? 'MITDB' : '--each',
      problem,
      hint: 'See tools/cut-mit-bih --help',
    })
  }
  const rows = openMitBih(dir, DS1).flatMap(record => cutRecord(record, out, each))
  writeFile(join(out, 'labels.csv'), ['file,labels,patient,fold', ...rows, ''].join('\n'))
  writeFile(join(out, 'holter.task.json'), `${JSON.stringify(TASK, null, 2)}\n`)
  return `${rows.length} files of ${DS1.length} records in ${out}`
}

/** Writes stretches of a record, spread over its half hour, and returns their rows of labels.csv. */
function cutRecord(record: MitBihRecord, out: string, each: number): string[] {
  const lead = record.leads().get('MLII')!
  const signal = resample(lead, MIT_BIH_RATE_HZ, TASK.sampleRateHz)
  const stretches = labelled(record, Math.floor(signal.length / SAMPLES))
  const chosen = TASK.labels.flatMap(label =>
    spread(
      stretches.filter(([, own]) => own === label),
      each,
    ),
  )
  return chosen.map(([number, label]) => {
    const file = `${record.id}-${String(number).padStart(3, '0')}.csv`
    const values = Array.from(signal.subarray(number * SAMPLES, (number + 1) * SAMPLES), mv => mv.toFixed(3))
    writeFile(join(out, file), ['MLII', ...values, ''].join('\n'))
    return `${file},${label},${record.patient},${foldOf(record.id)}`
  })
}

/** Half of DS1 to train on; of the other half every second record to validate on, the others for a test of this example's own. */
function foldOf(id: string): number {
  const place = DS1_VALIDATION.indexOf(id)
  return place < 0 ? (DS1_TRAIN.indexOf(id) % 8) + 1 : 9 + (place % 2)
}

/** Stretches are normal with normal beats alone, ventricular with a ventricular one; those of other classes have no label. */
function labelled(record: MitBihRecord, count: number): Stretch[] {
  const seen = Array.from({ length: count }, () => new Set<number>())
  for (const { sample, symbol } of record.annotations) {
    const kind = beatClass(symbol, 'ml')
    if (kind !== undefined) seen[Math.floor(sample / (MIT_BIH_RATE_HZ * TASK.seconds))]?.add(kind)
  }
  const [N, V] = [0, 2]
  return seen.map((kinds, number): Stretch => {
    if (kinds.has(V)) return [number, 'ventricular']
    return [number, kinds.size === 1 && kinds.has(N) ? 'normal' : undefined]
  })
}

/** At most so many of a list, evenly spread. */
function spread<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, list.length / most)
  return Array.from({ length: Math.min(most, list.length) }, (_, i) => list[Math.floor(i * step)])
}
