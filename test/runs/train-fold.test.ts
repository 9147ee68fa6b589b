import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset } from '../../src-ts/ecg/datasets/dataset.ts'
import type { Network } from '../../src-ts/networks/network.ts'
import { chainOf } from '../../src-ts/runs/steps/index.ts'
import { answerFold } from '../../src-ts/runs/train-fold.ts'
import { ptbxlSuperclass } from '../../src-ts/tasks/ptbxl-superclass.ts'
import { type Round, roundsOf } from '../../src-ts/train/rounds.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { sineClasses, tinyNetwork, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('a fold')
const native = withTfjs('a fold', test)
const dir = mkdtempSync(join(tmpdir(), 'holter-fold-'))
const store = join(dir, 'store')
const sines = sineClasses('train', 120)
const [round] = roundsOf(sines, { folds: 4, seed: 3, stratified: true, groups: 'patient' })

const recipe = { ...tinyRecipe, epochs: 2 }
const network: Network = {
  name: 'tiny',
  title: '',
  task: 'sines',
  recipe,
  build: (tf, _, seed) => tinyNetwork(tf, seed),
}
const task = {
  ...ptbxlSuperclass,
  ...(({ labels, leads, samples, sampleRateHz }) => ({ labels, leads, samples, sampleRateHz }))(sines),
}
const teacher = { network, recipe: { ...recipe, epochs: 1 }, seed: 5 }

/** Does all that is repeated on a fold with a tiny network. */
async function run(
  tf: Tf,
  of: Round,
  { steps = [], teachers = [], dataHash = 'sines', resume = true }: Partial<Asked> = {},
) {
  const lesson = { network, recipe, seed: 1, teachers, temperature: 1.5, alpha: 0.8, chain: chainOf(steps) }
  return (await answerFold(of, lesson, { tf, task, dataHash, store, out: join(dir, 'out'), resume }))!
}

let plain: Awaited<ReturnType<typeof run>> | undefined
/** Trained and quantized, nothing else. */
const plainly = async (tf: Tf) => (plain ??= await run(tf, round))

interface Asked {
  readonly steps: readonly string[]
  readonly teachers: readonly (typeof teacher)[]
  readonly dataHash: string
  readonly resume: boolean
}

native(
  'the fold that is scored chooses nothing: other labels there change neither answers, bytes nor thresholds',
  async tf => {
    const { heldOut } = round
    const turned = { ...round, heldOut: { ...heldOut, targets: heldOut.targets.map(target => 1 - target) } }
    const asked = {
      steps: ['prune --method channels --sparsity 0.5 --epochs 1 --teacher self', 'quantize --epochs 1 --teacher self'],
      resume: false,
    }
    const [as, other] = [await run(tf, round, asked), await run(tf, turned, asked)]
    assert.equal(other.predictions.logits, as.predictions.logits)
    assert.equal(other.int8, as.int8)
    assert.equal(other.thresholds, as.thresholds)
    assert.is(as.epochs.length, 2, 'the last epoch')
    assert.is(as.int8.logits.length, heldOut.length * 3)
  },
)

native('scaling comes from the training side: another voltage in the held-out fold does not change it', async tf => {
  const { heldOut } = round
  const loud: Dataset = {
    ...heldOut,
    read(index, out, at) {
      heldOut.read(index, out, at)
      for (let i = at; i < at + 128; i++) out[i] *= 10
    },
  }
  const [as, other] = [await plainly(tf), await run(tf, { ...round, heldOut: loud }, { resume: false })]
  assert.equal(other.thresholds, as.thresholds)
  assert.is.not(other.predictions.logits[0], as.predictions.logits[0], 'the records are other ones')
  assert.is(other.epochs[1].loss, as.epochs[1].loss)
})

native('integers are near the floats, steps change them, and four bits show', async tf => {
  const distance = ({ predictions, int8 }: Awaited<ReturnType<typeof run>>) =>
    int8.logits.reduce((sum, logit, i) => sum + Math.abs(logit - predictions.logits[i]), 0) / int8.logits.length
  const eight = await plainly(tf)
  const four = await run(tf, round, { steps: ['quantize --weight-bits 4'] })
  assert.equal(four.predictions.logits, eight.predictions.logits)
  // A logit's step is about .02 here.
  assert.ok(distance(eight) < 0.05, `${distance(eight)}`)
  assert.ok(distance(four) > 2 * distance(eight), `${distance(four)}`)
})

native('what was trained is trained once: teachers and networks are kept by all that they depend on', async tf => {
  const written = () =>
    new Map(readdirSync(store).map(key => [key, statSync(join(store, key, 'checkpoint.safetensors')).mtimeMs]))
  await plainly(tf)
  const before = written()
  const taught = await run(tf, round, { teachers: [teacher] })
  const after = written()
  assert.is(after.size, before.size + 2, 'the teacher and its student')
  for (const [key, time] of before) assert.is(after.get(key), time, key)
  assert.equal((await run(tf, round, { teachers: [teacher] })).int8, taught.int8)
  assert.equal(written(), after, 'nothing was trained again')
  assert.is.not(taught.predictions.logits[0], (await plainly(tf)).predictions.logits[0])
  await run(tf, round, { dataHash: 'other records', teachers: [teacher] })
  assert.is(written().size, after.size + 2)
})

test.after(() => rmSync(dir, { recursive: true, force: true }))
test.run()
