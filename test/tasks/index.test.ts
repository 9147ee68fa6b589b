import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { splitNames } from '../../src-ts/ecg/datasets/packed-dataset.ts'
import { tasks } from '../../src-ts/tasks/index.ts'

const test = suite('tasks')

test('names are unique, and as files are named', () => {
  assert.is(new Set(tasks.map(task => task.name)).size, tasks.length)
  for (const { name } of tasks) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
})

for (const task of tasks.filter(({ needs }) => needs === undefined)) {
  test(`${task.name}: synthetic records have the task's form`, async () => {
    const { splits } = await task.open({ kind: 'synthetic', seed: 1, records: 52 }, splitNames)
    for (const split of splitNames) {
      const dataset = splits[split]!
      assert.is(dataset.split, split)
      assert.equal(
        [dataset.labels, dataset.leads, dataset.sampleRateHz, dataset.samples].map(value => JSON.stringify(value)),
        [task.labels, task.leads, task.sampleRateHz, task.samples].map(value => JSON.stringify(value)),
      )
      assert.is(dataset.targets.length, dataset.length * task.labels.length)
      assert.is(dataset.records.length, dataset.length)
    }
  })
}

for (const task of tasks.filter(({ needs }) => needs !== undefined)) {
  test(`${task.name}: no record may be left out`, () => {
    assert.throws(
      () => task.open({ kind: 'folder', dir: '/nowhere', skipMissing: true }, ['train']),
      /\[usage\] --skip-missing: the protocol of .* needs all of its records/,
    )
  })
}

for (const task of tasks) {
  test(`${task.name}: an empty folder holds nothing`, () => {
    assert.is(task.locate('/nowhere'), undefined)
    assert.is(task.title.includes('\n'), false)
  })
}

test.run()
