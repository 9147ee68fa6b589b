import type { Opened } from '../../ecg/datasets/dataset.ts'
import { HolterError } from '../../errors.ts'
import { makeFolder, sha256 } from '../../files.ts'
import { knowsValidation } from '../../ir/metadata.ts'
import type { Flavour } from '../../ops/flavour.ts'
import { taskOfModel } from '../../tasks/find-task.ts'
import { limitThreads, loadTfjs, threadsInUse } from '../../train/backend.ts'
import { type FloatModel, loadFloatModel } from '../../train/float-model.ts'
import { type Context, watched } from '../../watch.ts'
import { type DataChoice, forModel, openRecords } from '../open-records.ts'
import { type Bound, fits, type Miss, nearestMiss, paretoFront, parseBudget } from './budget.ts'
import { candidatesOf, type Effort } from './candidates.ts'
import { makeRow, type Row } from './make-row.ts'
import { type Cost, costOfCut } from './measure.ts'

export interface CompressInput extends DataChoice, Partial<Effort> {
  /** Folder of a float model, or name of one that ships. */
  readonly model: string
  /** 'flash=32KB,ram=24KB,auc=.92'. */
  readonly budget: string
  /** Folder to write into, and to go on in. */
  readonly out: string
  /** Shares of the channels to cut. Default 0 to .7. */
  readonly shares?: readonly number[]
  /** Flavour of the modules that are measured, which are made for size. Default 'scalar'. */
  readonly flavour?: Flavour
  /** Begins no candidate after so many minutes of work, those of earlier runs counted in. Default no limit. */
  readonly minutes?: number
  /** Scores every candidate out of so many folds, each trained anew, in place of the validation records. */
  readonly folds?: number
  /** Folder of trained networks of folds. */
  readonly store?: string
  /** Default 1. */
  readonly seed?: number
  readonly threads?: number
}

/** What came of a search. */
export interface Compressed {
  readonly rows: readonly Row[]
  readonly front: readonly Row[]
  /** The row that keeps the budget with the highest score; absent when none does. */
  readonly chosen?: Row
  readonly miss?: Miss<Row>
  /** Cuts that were not trained, since their size says that they cannot meet the budget, or no time was left. */
  readonly untried: readonly Untried[]
  readonly budget: readonly Bound[]
  /** What the scores were measured on. */
  readonly judged: string
  /** Title of the score. */
  readonly scored: string
  readonly synthetic: boolean
}

/** A cut that was not trained. */
export interface Untried {
  readonly share: number
  readonly why: 'too large' | 'no time'
}

/** What a cut will cost. */
interface CutCost {
  readonly share: number
  readonly cost: Cost
}

const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]

/**
 * Searches for a smaller model that keeps a budget: cuts channels, heals the rest with the model before the cut as teacher, and quantizes
 * to 8 or 7 bits, at once or trained as integers. Sizes are known before any training, so that only cuts that can fit are trained, and the
 * smallest one that cannot. Every row is a .tflite file whose own bytes were compiled and scored. Goes on where an earlier run in `out` was
 * stopped; undefined when the signal came first.
 */
export async function compress(input: CompressInput, context: Context = {}): Promise<Compressed | undefined> {
  const { model: path, out, seed = 1, shares = SHARES, flavour = 'scalar', folds, minutes = Infinity } = input
  const { epochs = 20, learningRate, awareEpochs = 4 } = input
  const effort = { epochs, learningRate, awareEpochs }
  const budget = parseBudget(input.budget)
  limitThreads(input.threads)
  const tf = loadTfjs()
  const base = await loadFloatModel(tf, path)
  const task = taskOfModel(base.metadata)
  checkScoreName(budget, task.kind)
  checkJudge(path, base, folds)
  makeFolder(out)
  const { opened } = await openRecords(task, ['train', 'validation'], forModel(path, base.metadata, input), context)
  const key = keyOf(base, opened, { seed, effort, flavour, folds })
  const { train } = opened.splits as Required<typeof opened.splits>
  const sorted = [...new Set(shares)].sort((a, b) => a - b)
  const costs = await watched(context, 'measure', 'cuts', async report => {
    const measured: CutCost[] = []
    for (const share of sorted) {
      measured.push({ share, cost: await costOfCut(share, { tf, ...base, train }, flavour) })
      report(measured.length, sorted.length)
    }
    return measured
  })
  base.model.dispose()

  const { can, worth, tooLarge } = whatToTrain(costs, budget)
  const making = { ...input, seed, effort, flavour, opened, key }
  const rows: Row[] = []
  const untried: Untried[] = tooLarge.map(share => ({ share, why: 'too large' }))
  for (const share of worth) {
    if (rows.reduce((sum, row) => sum + row.seconds, 0) > 60 * minutes) {
      untried.push({ share, why: 'no time' })
      continue
    }
    const candidates = candidatesOf(share, awareEpochs)
    // One is enough to show by how much a cut misses.
    for (const candidate of can.has(share) ? candidates : candidates.slice(0, 1)) {
      const row = await makeRow(candidate, making, context)
      if (!row) return undefined
      rows.push(row)
    }
  }
  const keeping = rows.filter(row => fits(budget, row))
  const chosen = keeping.length ? keeping.reduce((best, row) => (row.score > best.score ? row : best)) : undefined
  return {
    rows,
    front: paretoFront(rows),
    ...(chosen ? { chosen } : { miss: nearestMiss(budget, rows) }),
    untried,
    budget,
    judged: folds
      ? `out of ${folds} folds of training and validation records, each candidate trained anew on every fold by the network's own recipe, without teachers`
      : 'on the validation records, which chose the epoch of the fine-tuning',
    scored: task.kind === 'single-label' ? 'macro F1' : 'macro AUC',
    synthetic: opened.synthetic,
  }
}

/** Shares that can fit by their size, those worth the training, the largest model first, and the others. */
function whatToTrain(costs: readonly CutCost[], budget: readonly Bound[]) {
  const sizes = budget.filter(({ limit }) => limit.sense === 'most')
  const fitting = costs.filter(({ cost }) => fits(sizes, { ...cost, score: Number.NaN }))
  const can = new Set(fitting.map(({ share }) => share))
  // The smallest that cannot fit shows what the budget costs, or misses it least. The whole model needs no training.
  const missing = costs.filter(({ share }) => !can.has(share)).at(-1)
  const shares = costs.map(({ share }) => share)
  const worth = shares.filter(share => share === 0 || share === missing?.share || can.has(share))
  return { can, worth, tooLarge: shares.filter(share => !worth.includes(share)) }
}

/** Names all that a row depends on but the candidate. */
function keyOf({ sha256: weights }: FloatModel, { hash }: Opened, asked: object): string {
  return sha256(JSON.stringify({ weights, hash, threads: threadsInUse(), ...asked })).slice(0, 16)
}

function checkScoreName(budget: readonly Bound[], kind: 'multi-label' | 'single-label'): void {
  const [own, other] = kind === 'single-label' ? ['f1', 'auc'] : ['auc', 'f1']
  if (!budget.some(({ limit }) => limit.name === other)) return
  const problem = `this model is scored by its macro ${own === 'f1' ? 'F1' : 'AUC'}`
  throw new HolterError({ stage: 'usage', where: `--budget ${other}`, problem, hint: `Set ${own} instead` })
}

/** Records that the model learned from say nothing about what a cut costs. */
function checkJudge(where: string, { metadata }: FloatModel, folds: number | undefined): void {
  if (folds || !knowsValidation(metadata)) return
  const problem = 'the model was trained on the validation records, which are to judge what is made of it'
  throw new HolterError({ stage: 'train', where, problem, hint: 'Judge out of fold: --folds 5' })
}
