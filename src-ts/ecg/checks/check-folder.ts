import { relative } from 'node:path'
import { HolterError, type Problem } from '../../errors.ts'
import type { FileReading } from '../datasets/dataset.ts'
import { type FolderForm, readOwnFile, wrongLength } from '../datasets/folder.ts'
import { readFolderTable } from '../datasets/folder-table.ts'
import { toForm } from '../datasets/to-form.ts'
import type { Ecg } from '../formats/ecg.ts'
import type { Verdict } from './check.ts'
import { type CheckedLead, checkLeads, type Finding, missingSamples } from './check-leads.ts'

/** Returns the files that the table of a folder names, and what is wrong with the table itself, a verdict for each place in it. */
export function checkTable(dir: string, form: FolderForm): { files: readonly string[]; verdicts: Verdict[] } {
  const { files, problems } = readFolderTable(dir, form)
  const verdicts = problems.map(({ detail }) => ({
    record: relative(dir, detail.where),
    problems: [{ kind: 'table', text: clause(detail) } as const],
  }))
  return { files, verdicts }
}

/** Returns all that is wrong with a file of a folder of one's own: with its form, and with its signals. */
export function checkOwnFile(path: string, form: FolderForm, reading: FileReading): Finding[] {
  let ecg: Ecg
  try {
    ecg = readOwnFile(path, form, reading)
  } catch (error) {
    if (!(error instanceof HolterError)) throw error
    const { where } = error.detail
    const place = where.startsWith(path) ? where.slice(path.length).trim() : where
    return [{ kind: 'unreadable', text: `${place ? `${place}: ` : ''}${clause(error.detail)}` }]
  }
  const { leads, misfits } = toForm(ecg, form, reading.resample)
  const length = leads.length > 0 ? wrongLength(leads[0].length, form) : undefined
  const signals = leadsOf(ecg)
  return [
    ...misfits.map(misfit => ({ kind: 'form', text: clause(misfit) }) as const),
    ...(length ? [{ kind: 'length', text: clause(length) } as const] : []),
    ...signals.flatMap(({ name, millivolts }) => missingSamples(name, millivolts) ?? []),
    ...checkLeads(signals),
  ]
}

function leadsOf({ leads, signals, samples, sampleRateHz }: Ecg): CheckedLead[] {
  return leads.map((name, k) => ({
    name,
    millivolts: Float64Array.from({ length: samples }, (_, i) => signals[i * leads.length + k]),
    sampleRateHz,
  }))
}

/** An error's problem with its facts, without what to do about it. */
function clause({ problem, got, expected }: Pick<Problem, 'problem' | 'got' | 'expected'>): string {
  const facts = [
    ...(got === undefined ? [] : [`got ${got}`]),
    ...(expected === undefined ? [] : [`expected ${expected}`]),
  ]
  return facts.length > 0 ? `${problem} (${facts.join(', ')})` : problem
}
