import { createHash } from 'node:crypto'
import { loadTfjs } from '../../src-ts/train/backend.ts'
import { readWeights } from '../../src-ts/train/model-weights.ts'
import { train } from '../../src-ts/train/train.ts'
import { everythingRecipe, noScaling, sineClasses, tinyNetwork } from './sine-classes.ts'

/**
 * A training run to be killed: `train-sines.ts DIR [BATCHES]` resumes from DIR, dies by SIGKILL after that many batches of its own,
 * and prints the SHA-256 of the final weights when it lives to the end.
 */
const [dir, batches = 'Infinity'] = process.argv.slice(2)
const tf = loadTfjs()
const model = tinyNetwork(tf, 1)
let done = 0
await train({
  tf,
  model,
  train: sineClasses('train', 96),
  validation: sineClasses('validation', 48),
  standardization: noScaling,
  recipe: everythingRecipe,
  seed: 1,
  dataHash: 'sines',
  checkpointDir: dir,
  resume: true,
  onBatch() {
    if (++done === Number(batches)) process.kill(process.pid, 'SIGKILL')
  },
})
const hash = createHash('sha256')
for (const [name, values] of readWeights(model)) hash.update(name).update(new Uint8Array(values.buffer))
console.log(hash.digest('hex'))
