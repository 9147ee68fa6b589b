import { HolterError } from '../../errors.ts'
import { random } from '../../random.ts'

/** What a split has to know of a record. */
export interface Grouped {
  readonly id: string
  readonly patient: string
}

/** A patient whom a published protocol has on both sides; every report prints the sentence. */
export interface SharedPatients {
  readonly patients: readonly string[]
  readonly sentence: string
}

/** Two sets of records of different people. */
export interface Split<R extends Grouped> {
  readonly train: readonly R[]
  readonly test: readonly R[]
  /** The exception under which the split exists, if it has one. */
  readonly shared?: SharedPatients
}

/**
 * Returns the split of two sides. An empty side, a record on both and a patient on both are errors that name them: what a network has
 * learnt of a person it recognizes again. Only patients in `shared` may be on both sides, and then they have to be.
 */
export function makeSplit<R extends Grouped>(
  train: readonly R[],
  test: readonly R[],
  shared?: SharedPatients,
): Split<R> {
  const refuse = (problem: string, hint: string) => new HolterError({ stage: 'ecg', where: 'split', problem, hint })
  if (train.length === 0 || test.length === 0) {
    throw refuse(`the ${train.length === 0 ? 'training' : 'test'} side is empty`, 'Give records to both sides')
  }
  const trainedOn = new Map(train.map(record => [record.patient, record.id]))
  const ids = new Set(train.map(record => record.id))
  const met = new Set<string>()
  for (const { id, patient } of test) {
    if (ids.has(id)) throw refuse(`record ${id} is on both sides`, 'Give it to one of them')
    const other = trainedOn.get(patient)
    if (other === undefined) continue
    met.add(patient)
    if (!shared?.patients.includes(patient)) {
      const problem = `patient ${patient} is on both sides: record ${other} to train on, record ${id} to test on`
      throw refuse(problem, 'Give all records of a patient to one side')
    }
  }
  // A sentence about people who are not there would be wrong in a report.
  return met.size > 0 ? { train, test, shared } : { train, test }
}

/** How records are dealt to folds. */
export interface FoldOptions {
  readonly folds: number
  readonly seed: number
  /** Labels of a record (indices): folds then get equal shares of each label, as far as patients can be dealt so. */
  readonly labelsOf?: (index: number) => readonly number[]
}

/**
 * Returns the fold, 0 … folds − 1, of each record; all records of a patient have one fold. Without labels folds get equal numbers of
 * records, with one label each they are stratified, with several multi-label stratified: patients are dealt one by one, those with the
 * rarest label first, to the fold that lacks most of it (iterative stratification: Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011, with
 * patients in place of records). The same seed gives the same folds.
 */
export function dealFolds(records: readonly Grouped[], { folds, seed, labelsOf = () => [] }: FoldOptions): Uint16Array {
  const patients = patientsOf(records, labelsOf)
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= patients.length)) {
    throw new HolterError({
      stage: 'ecg',
      where: 'folds',
      problem: 'the records cannot be dealt to so many folds',
      got: folds,
      expected: `2 to ${patients.length}, the number of patients`,
    })
  }
  const stream = random(seed)
  const order = Array.from(stream.permutation(patients.length), i => patients[i])
  // Large patients first among equals: they find no place later.
  order.sort((a, b) => b.records.length - a.records.length)
  const open = new Set(order)
  const lacking = lackingOf(patients, folds)
  const fold = new Uint16Array(records.length)
  while (open.size > 0) {
    const label = rarestLabel(open)
    for (const patient of [...open]) {
      if (label !== undefined && !patient.counts.has(label)) continue
      const chosen = neediest(lacking, label)
      for (const index of patient.records) fold[index] = chosen
      lacking[chosen].records -= patient.records.length
      for (const [own, count] of patient.counts)
        lacking[chosen].labels.set(own, lacking[chosen].labels.get(own)! - count)
      open.delete(patient)
    }
  }
  return fold
}

/** Returns one split per fold: that fold to test on, the others to train on. */
export function crossValidation<R extends Grouped>(records: readonly R[], options: FoldOptions): Split<R>[] {
  const fold = dealFolds(records, options)
  return Array.from({ length: options.folds }, (_, k) =>
    makeSplit(
      records.filter((_, i) => fold[i] !== k),
      records.filter((_, i) => fold[i] === k),
    ),
  )
}

/** A patient's records (indices) and how many of them have each label. */
interface Patient {
  readonly records: number[]
  readonly counts: Map<number, number>
}

function patientsOf(records: readonly Grouped[], labelsOf: (index: number) => readonly number[]): Patient[] {
  const patients = new Map<string, Patient>()
  for (const [index, { patient }] of records.entries()) {
    const own: Patient = patients.get(patient) ?? { records: [], counts: new Map() }
    patients.set(patient, own)
    own.records.push(index)
    for (const label of labelsOf(index)) own.counts.set(label, (own.counts.get(label) ?? 0) + 1)
  }
  return [...patients.values()]
}

/** What a fold still lacks of its share. */
interface Lack {
  records: number
  readonly labels: Map<number, number>
}

function lackingOf(patients: readonly Patient[], folds: number): Lack[] {
  const totals = new Map<number, number>()
  let records = 0
  for (const patient of patients) {
    records += patient.records.length
    for (const [label, count] of patient.counts) totals.set(label, (totals.get(label) ?? 0) + count)
  }
  return Array.from({ length: folds }, () => ({
    records: records / folds,
    labels: new Map([...totals].map(([label, count]) => [label, count / folds])),
  }))
}

/** The label that fewest records of patients not yet dealt have; undefined if none has a label. */
function rarestLabel(open: ReadonlySet<Patient>): number | undefined {
  const left = new Map<number, number>()
  for (const { counts } of open) for (const [label, count] of counts) left.set(label, (left.get(label) ?? 0) + count)
  const [rarest] = [...left].sort(([a, m], [b, n]) => m - n || a - b)
  return rarest?.[0]
}

/** The fold that lacks most of a label, and of those the one that lacks most records. */
function neediest(lacking: readonly Lack[], label: number | undefined): number {
  const lack = (k: number) => (label === undefined ? 0 : lacking[k].labels.get(label)!)
  let best = 0
  for (let k = 1; k < lacking.length; k++) {
    if (lack(k) > lack(best) || (lack(k) === lack(best) && lacking[k].records > lacking[best].records)) best = k
  }
  return best
}
