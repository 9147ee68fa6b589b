import { clearestLead, detectQrs, MIN_RATE_HZ } from '../ecg/beats/qrs.ts'
import { MIN_SECONDS, type QualityFinding, type RecordQuality, recordQuality } from '../ecg/checks/quality.ts'
import type { Features } from '../ecg/datasets/dataset.ts'
import { beatsOf } from '../ecg/datasets/mit-bih.ts'
import { packedDataset, packedSignals } from '../ecg/datasets/packed-dataset.ts'
import { invalidWords, packStretch, toForm } from '../ecg/datasets/to-form.ts'
import type { Ecg } from '../ecg/formats/ecg.ts'
import { bridgeGaps } from '../ecg/signal/gaps.ts'
import { HolterError } from '../errors.ts'
import type { Task } from '../tasks/task.ts'

/** Beats are judged by the ten seconds of their main lead in which they lie. */
const JUDGED_SECONDS = 10

/** Where R peaks come from: the recording's own annotations, or the QRS detector. */
export type PeakSource = 'annotations' | 'detector'

/** A record of a task that was cut out of a recording. */
export interface Piece {
  /** Where it begins in the recording, or, of a beat, where its R peak lies. */
  readonly seconds: number
  /** Why it is not to be classified, one clause; undefined where it is. */
  readonly reason?: string
  /** False where there is no signal to judge: a drawing. */
  readonly judged?: false
  /** What is wrong with its leads, be it enough for a reason or not. */
  readonly remarks: readonly Remark[]
}

/** A finding on a lead, one clause for people. */
export interface Remark extends Pick<QualityFinding, 'kind' | 'text'> {
  readonly lead: string
}

/** All records of a task that a recording gives, and their signals. */
export interface Pieces {
  readonly list: readonly Piece[]
  readonly peaksFrom?: PeakSource
  /** What is read are grey levels of a drawing, not millivolts. */
  readonly drawing?: boolean
  read(index: number, out: Float32Array, at: number): void
  readonly features?: Features
}

export interface CutOptions {
  /** Converts recordings of another rate. */
  readonly resample?: boolean
  /** Default: annotations where the recording has any that mark beats. */
  readonly peaks?: PeakSource
}

/**
 * Returns the records of a task in a recording: its stretches of the task's length, one after another, or its beats. Throws HolterError
 * (`where` is the recording) when it has another form.
 */
export function cutRecording(ecg: Ecg, where: string, task: Task, options: CutOptions): Pieces {
  if (task.cutBeats) return cutIntoBeats(ecg, where, task.cutBeats, options)
  return cutIntoStretches(ecg, where, task, options)
}

function cutIntoStretches(ecg: Ecg, where: string, task: Task, { resample }: CutOptions): Pieces {
  const { leads, misfits } = toForm(ecg, task, resample)
  if (misfits.length > 0) throw new HolterError({ stage: 'ecg', where, ...misfits[0] })
  const { samples, sampleRateHz, leads: names } = task
  const count = Math.floor(leads[0].length / samples)
  if (count === 0) {
    const problem = 'the recording is shorter than a record of the model'
    throw new HolterError({
      stage: 'ecg',
      where,
      problem,
      got: leads[0].length,
      expected: `at least ${samples} samples`,
    })
  }
  const signals = packedSignals(count, samples, names.length)
  const list = Array.from({ length: count }, (_, index): Piece => {
    const from = index * samples
    const quality = qualityAround(new Map(names.map((name, k) => [name, leads[k]])), from, task)
    const [invalid] = packStretch(leads, from, task, signals, index)
    const reason = quality?.reason ?? (invalid && invalidWords(invalid, ecg.source.firstRow).problem)
    return { seconds: from / sampleRateHz, reason, remarks: quality ? remarksOf(quality) : [] }
  })
  const plans = list.map((_, i) => ({ id: `${i}`, patient: '', fold: 0, labels: [] }))
  const { read } = packedDataset({ ...task, synthetic: false, split: 'test', plans, signals })
  return { list, read }
}

/**
 * The quality of the stretch that begins at sample `from`; of one too short to judge with what stands around it. Undefined where the whole
 * recording is too short, or its rate too low, to see QRS complexes: some tasks look at pieces of a beat.
 */
function qualityAround(
  leads: ReadonlyMap<string, Float64Array>,
  from: number,
  { samples, sampleRateHz }: Pick<Task, 'samples' | 'sampleRateHz'>,
): RecordQuality | undefined {
  const [{ length }] = leads.values()
  const size = samples < MIN_SECONDS * sampleRateHz ? Math.round(JUDGED_SECONDS * sampleRateHz) : samples
  const start = Math.max(0, Math.min(from - ((size - samples) >> 1), length - size))
  if (sampleRateHz < MIN_RATE_HZ || Math.min(size, length) < MIN_SECONDS * sampleRateHz) return undefined
  return recordQuality(
    new Map([...leads].map(([name, lead]) => [name, lead.subarray(start, start + size)])),
    sampleRateHz,
  )
}

function cutIntoBeats(
  { leads: names, signals, samples, sampleRateHz, annotations = [] }: Ecg,
  where: string,
  cut: NonNullable<Task['cutBeats']>,
  { peaks: wanted }: CutOptions,
): Pieces {
  const leads = new Map(
    names.map((name, k) => [name, Float64Array.from({ length: samples }, (_, i) => signals[i * names.length + k])]),
  )
  const marked = wanted === 'detector' ? new Int32Array() : beatsOf(annotations, 'ml').samples
  if (wanted === 'annotations' && marked.length === 0) {
    const problem = 'the recording has no annotations that mark beats'
    throw new HolterError({
      stage: 'ecg',
      where,
      problem,
      hint: 'Leave out --peaks, so that the QRS detector looks for them',
    })
  }
  const bridged = new Map([...leads].map(([name, lead]) => [name, bridgeGaps(lead).bridged]))
  const peaks = marked.length > 0 ? marked : detected([...bridged.values()], sampleRateHz)
  const beats = inRecording(where, () => cut({ leads: bridged, sampleRateHz, peaks }))
  const judged = qualityByTime(beats.mainLead, leads.get(beats.mainLead)!, sampleRateHz)
  const list = beats.peaks.map((k): Piece => {
    const seconds = peaks[k] / sampleRateHz
    const quality = judged[Math.min(judged.length - 1, Math.floor(seconds / JUDGED_SECONDS))]
    return { seconds, reason: quality.reason, remarks: remarksOf(quality) }
  })
  return { ...beats, list, peaksFrom: marked.length > 0 ? 'annotations' : 'detector' }
}

function detected(leads: readonly Float64Array[], sampleRateHz: number): Int32Array {
  return detectQrs(leads[clearestLead(leads, sampleRateHz)], sampleRateHz)
}

/** The quality of each ten seconds; what is left at the end is judged with the ten seconds before it. */
function qualityByTime(name: string, lead: Float64Array, sampleRateHz: number): RecordQuality[] {
  const size = Math.round(JUDGED_SECONDS * sampleRateHz)
  return Array.from({ length: Math.max(1, Math.floor(lead.length / size)) }, (_, i) => {
    const end = lead.length - (i + 1) * size < size ? lead.length : (i + 1) * size
    return recordQuality(new Map([[name, lead.subarray(i * size, end)]]), sampleRateHz)
  })
}

function remarksOf({ leads }: RecordQuality): Remark[] {
  return leads.flatMap(({ lead, findings }) => findings.map(({ kind, text }) => ({ lead, kind, text })))
}

/** What does not fit a recording is told with its name. */
function inRecording<T>(where: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof HolterError)) throw error
    throw new HolterError({ ...error.detail, where })
  }
}
