import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../errors.ts'
import type { Opened, SplitName } from './dataset.ts'
import { openSplits, type Progress } from './open-splits.ts'
import { type Form, packRecord } from './pack-record.ts'
import { splitOfFold } from './packed-dataset.ts'
import { type PtbXlRecord, readSuperclasses } from './ptb-xl-labels.ts'
import { readRecord } from './wfdb-signals.ts'

export interface PtbXlOptions {
  /** Leave out records whose files are missing, and count them, instead of refusing the folder. */
  readonly skipMissing?: boolean
}

/**
 * Opens the 100 Hz records of PTB-XL in folder `dir` (official layout) with their superclass labels. Source: Wagner et al.,
 * Scientific Data 7:154 (2020).
 *
 * Checksums and initial values of all signals read are verified. Counts come from the label table; with `skipMissing`, records of
 * the opened splits whose files are missing are taken out of them and stand in `dropped['missing file']`.
 */
export async function openPtbXl(
  dir: string,
  form: Form & { readonly labels: readonly string[] },
  splits: readonly SplitName[],
  { skipMissing = false }: PtbXlOptions = {},
  progress?: Progress,
): Promise<Opened> {
  const { records, withoutSuperclass } = readSuperclasses(dir, form.labels)
  const missing = new Set(
    records.filter(record => splits.includes(splitOfFold(record.fold)) && !isPresent(dir, record)),
  )
  if (missing.size > 0 && !skipMissing) throw missingFiles(dir, [...missing])
  const dropped: Record<string, number> = { 'no superclass': withoutSuperclass }
  if (missing.size > 0) dropped['missing file'] = missing.size
  return openSplits(
    {
      name: 'ptb-xl',
      synthetic: false,
      source: dir,
      ...form,
      plans: records.filter(record => !missing.has(record)),
      dropped,
      files: ({ path100 }) => [join(dir, `${path100}.hea`), join(dir, `${path100}.dat`)],
      load({ path100 }, signals, index) {
        const path = join(dir, path100)
        packRecord(readRecord(path), path, form, signals, index)
      },
    },
    splits,
    progress,
  )
}

function isPresent(dir: string, { path100 }: PtbXlRecord): boolean {
  return existsSync(join(dir, `${path100}.hea`)) && existsSync(join(dir, `${path100}.dat`))
}

function missingFiles(dir: string, missing: readonly PtbXlRecord[]): HolterError {
  const [first] = missing
  const others = missing.length > 1 ? `, and so are those of ${missing.length - 1} more of its records` : ''
  return new HolterError({
    stage: 'ecg',
    where: join(dir, first.path100),
    problem: `the files of record ${first.id} in the label table are missing${others}`,
    hint: 'Complete the download, or leave such records out with --skip-missing',
  })
}
