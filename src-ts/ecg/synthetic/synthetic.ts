import { HolterError } from '../../errors.ts'
import { random } from '../../random.ts'
import type { Opened, SplitName } from '../datasets/dataset.ts'
import { openSplits, type Progress } from '../datasets/open-splits.ts'
import type { RecordPlan } from '../datasets/packed-dataset.ts'
import { heartbeat, type Pattern } from './synthetic-heart.ts'
import { drawRecord, project, SYNTHETIC_LEADS, SYNTHETIC_RATE_HZ, SYNTHETIC_SAMPLES } from './synthetic-record.ts'

/** Records that are made when no number is asked for: 1,600 to train, 240 to validate, 240 to test. */
export const DEFAULT_RECORDS = 2080
/** Fewer leave a split without one of the labels; more than PTB-XL ten times over is a slip of the hand. */
const LEAST_RECORDS = 40
const MOST_RECORDS = 200_000

/** Labels in the order of the targets. */
export const SYNTHETIC_LABELS: readonly Pattern[] = ['CD', 'HYP', 'MI', 'NORM', 'STTC']

/** What the random streams are for; each record has its own, so that no split depends on which others are opened. */
const PLAN = 0
const PATIENT = 1
const RECORD = 2

interface SyntheticPlan extends RecordPlan {
  readonly number: number
  readonly patientNumber: number
}

/**
 * Opens made-up 12-lead records, 100 Hz, 1,000 samples, steps of 1 µV, with PTB-XL's labels, leads and folds: what the product
 * works on where no real data is at hand. The same seed and number of records give the same bytes. Labels show in the form of the
 * beats alone; rate, noise, wander, lead placement and voltage vary from patient to patient without regard to them.
 */
export function openSynthetic(
  seed: number,
  splits: readonly SplitName[],
  records = DEFAULT_RECORDS,
  progress?: Progress,
): Promise<Opened> {
  if (!(Number.isInteger(records) && records >= LEAST_RECORDS && records <= MOST_RECORDS)) {
    throw new HolterError({
      stage: 'ecg',
      where: 'synthetic records',
      problem: 'this number of records cannot be made',
      got: records,
      expected: `${LEAST_RECORDS} to ${MOST_RECORDS}`,
    })
  }
  return openSplits(
    {
      name: 'synthetic',
      synthetic: true,
      source: `seed ${seed}`,
      samples: SYNTHETIC_SAMPLES,
      sampleRateHz: SYNTHETIC_RATE_HZ,
      leads: SYNTHETIC_LEADS,
      labels: SYNTHETIC_LABELS,
      plans: plan(seed, records),
      dropped: {},
      load({ number, patientNumber, labels }, { digital }, index) {
        // A patient's records share heart and electrodes; rhythm, noise and wander are each record's own.
        const patient = random(seed, PATIENT, patientNumber)
        const beat = project(
          heartbeat(
            labels.map(label => SYNTHETIC_LABELS[label]),
            patient,
          ),
          patient,
        )
        drawRecord(beat, random(seed, RECORD, number), digital, index * SYNTHETIC_SAMPLES * SYNTHETIC_LEADS.length)
      },
    },
    splits,
    progress,
  )
}

/** Returns who has which labels in which fold: patients with one or two records, all of them in one fold. */
function plan(seed: number, records: number): SyntheticPlan[] {
  const stream = random(seed, PLAN)
  const held = Math.round((records * 3) / 26)
  const room = Array.from({ length: 10 }, (_, fold) => (fold < 8 ? 0 : held))
  for (let i = 0; i < records - 2 * held; i++) room[i % 8]++
  const plans: SyntheticPlan[] = []
  let patientNumber = 0
  for (const [index, size] of room.entries()) {
    for (let filled = 0; filled < size; patientNumber++) {
      const labels = drawLabels(stream.uniform(), stream.uniform(), stream.uniform())
      const count = Math.min(size - filled, stream.uniform() < 0.2 ? 2 : 1)
      for (let i = 0; i < count; i++, filled++) {
        const number = plans.length
        plans.push({
          id: `${number + 1}`,
          patient: `${patientNumber + 1}`,
          fold: index + 1,
          labels,
          number,
          patientNumber,
        })
      }
    }
  }
  return plans
}

/** About three eighths are normal; of the others a quarter has two labels. */
function drawLabels(normal: number, first: number, second: number): number[] {
  if (normal < 0.375) return [SYNTHETIC_LABELS.indexOf('NORM')]
  const abnormal = SYNTHETIC_LABELS.flatMap((label, index) => (label === 'NORM' ? [] : [index]))
  const one = abnormal.splice(Math.floor(first * abnormal.length), 1)
  const two = second < 0.25 ? abnormal.splice(Math.floor(second * 4 * abnormal.length), 1) : []
  return [...one, ...two].sort((a, b) => a - b)
}
