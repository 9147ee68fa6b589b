import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ecgTiny } from '../../src-ts/networks/ecg-tiny.ts'
import { networkShape } from '../../src-ts/networks/network.ts'
import { pipeline } from '../../src-ts/runs/pipeline.ts'
import { ptbxlSuperclass as task } from '../../src-ts/tasks/ptbxl-superclass.ts'
import { writeSmallPtbXl } from '../helpers/small-ptb-xl.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('pipeline')
const native = withTfjs('pipeline', test)
const dir = mkdtempSync(join(tmpdir(), 'holter-pipeline-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))

native('the model that comes out says all that made it', async tf => {
  const data = join(dir, 'ptb-xl')
  writeSmallPtbXl(data)
  const product = await pipeline(tf, {
    task,
    network: ecgTiny,
    source: { kind: 'folder', dir: data },
    recipe: { ...ecgTiny.recipe, auxiliary: 1, epochs: 1, batchSize: 8 },
    seed: 2,
    sparsity: 0.2,
    fineTuneEpochs: 1,
    probes: 1,
    out: join(dir, 'out'),
    command: 'holter demo',
    watch: () => ({ update() {}, stop() {} }),
  })
  const { command, seed, recipe, auxiliary, sparsity, parameters } = product!.model.graph.metadata!.provenance
  const model = ecgTiny.build(tf, networkShape(task), 2)
  assert.equal([command, seed, sparsity, parameters], ['holter demo', 2, 0.2, model.countParams()])
  // The pipeline keeps its model to the end of the process.
  tf.disposeVariables()
  assert.is((recipe as { epochs: number }).epochs, 1)
  assert.equal(auxiliary, product!.opened.splits.train!.auxiliary!.labels)
})

test.run()
