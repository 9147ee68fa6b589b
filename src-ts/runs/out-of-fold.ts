import { join } from 'node:path'
import Papa from 'papaparse'
import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import type { FoldResult } from './train-fold.ts'

/** What all folds together said: each record by the one model that had not seen it. */
export interface OutOfFold {
  readonly ids: readonly string[]
  readonly float: PatientPredictions
  readonly int8: PatientPredictions
}

/** Puts the answers of all folds together, fold by fold. */
export function outOfFold(results: readonly FoldResult[]): OutOfFold {
  const [{ predictions }] = results
  const pooled = {
    ...predictions,
    targets: Uint8Array.from(results.flatMap(result => result.predictions.targets)),
    patients: results.flatMap(result => result.predictions.patients),
  }
  const logits = (of: (result: FoldResult) => number[]) => Float32Array.from(results.flatMap(of))
  return {
    ids: results.flatMap(({ heldOut }) => heldOut.map(({ id }) => id)),
    float: { ...pooled, logits: logits(result => result.predictions.logits) },
    int8: { ...pooled, logits: logits(result => result.int8.logits) },
  }
}

/** One line per record: id, patient, fold, the label's targets, the logits in float and of the int8 bytes. */
export function outOfFoldCsv(results: readonly FoldResult[]): string {
  const { labels } = results[0].predictions
  const width = labels.length
  const named = (what: string) => labels.map(label => `${what} ${label}`)
  const fields = ['id', 'patient', 'fold', ...labels, ...named('logit'), ...named('int8')]
  const data = results.flatMap(({ heldOut, predictions: { patients, targets, logits }, int8 }, k) =>
    heldOut.map(({ id }, i) => {
      const own = (values: readonly number[]) => values.slice(i * width, (i + 1) * width)
      return [id, patients[i], k + 1, ...own(targets), ...own(logits), ...own(int8.logits)]
    }),
  )
  return `${Papa.unparse({ fields, data }, { newline: '\n' })}\n`
}

/**
 * Returns what the int8 models of an earlier cross-validation in `dir` said of these records, in the order of `like`.
 * Throws HolterError when its file is missing, or is of other records or labels.
 */
export function earlierAnswers(dir: string, { ids, int8: like }: OutOfFold): PatientPredictions {
  const where = join(dir, 'out-of-fold.csv')
  const text = Buffer.from(readFile(where, 'Name the folder of a finished cross-validation')).toString('utf8')
  const { data, meta } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true })
  const { labels } = like
  const missing = labels.flatMap(label => [label, `int8 ${label}`]).filter(field => !meta.fields?.includes(field))
  if (missing.length) throw unlike(where, `it has no column ${missing[0]}`)
  const rows = new Map(data.map(row => [row.id, row]))
  if (rows.size !== ids.length) throw unlike(where, 'it is of other records', rows.size, ids.length)
  const own = ids.map(id => {
    const row = rows.get(id)
    if (!row) throw unlike(where, `record ${id} is not in it`)
    return row
  })
  const numbers = (field: (label: string) => string) =>
    own.flatMap(row => labels.map(label => Number(row[field(label)])))
  return {
    kind: like.kind,
    labels,
    logits: Float32Array.from(numbers(label => `int8 ${label}`)),
    targets: Uint8Array.from(numbers(label => label)),
    patients: own.map(({ patient }) => patient),
  }
}

function unlike(where: string, problem: string, got?: number, expected?: number): HolterError {
  const hint = 'Compare cross-validations of the same records and labels'
  return new HolterError({ stage: 'evaluate', where, problem, got, expected, hint })
}
