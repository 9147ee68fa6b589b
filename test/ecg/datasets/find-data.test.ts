import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fetchCacheDir, findData } from '../../../src-ts/ecg/datasets/find-data.ts'
import { locatePtbXl } from '../../../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/datasets/find-data')
const task = { name: 'ptbxl-superclass', locate: locatePtbXl }

const place = (...path: string[]): string => {
  const dir = join(...path)
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'ptbxl_database.csv'), '')
  return dir
}

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as HolterError).message
  }
  throw new Error('nothing was refused')
}

test('the folder itself, the one above, and the names PhysioNet gives', () =>
  inFolder(dir => {
    assert.is(locatePtbXl(dir), undefined)
    for (const name of [
      'ptb-xl',
      'ptb-xl-a-large-publicly-available-electrocardiography-dataset-1.0.3',
      'physionet.org/files/ptb-xl/1.0.3',
    ]) {
      const root = join(dir, `root-${name.slice(0, 8)}${name.length}`)
      const found = place(root, name)
      assert.is(locatePtbXl(root), found)
      assert.is(locatePtbXl(found), found)
    }
  }))

test('given folder, then ECG_DATA_DIR, then the fetch cache, then synthetic records: and it says which and why', () =>
  inFolder(dir => {
    const [given, environment, cache, empty] = ['given', 'env', 'cache', 'empty'].map(name => join(dir, name))
    mkdirSync(empty)
    const found = [place(given, 'ptb-xl'), place(environment, 'ptb-xl'), place(cache, 'data/ptb-xl')]
    const all = { ECG_DATA_DIR: environment, HOLTER_CACHE_DIR: cache }
    const source = (options: Parameters<typeof findData>[1]) => findData(task, options)
    assert.equal(source({ dir: given, environment: all, skipMissing: true }), {
      source: { kind: 'folder', dir: found[0], skipMissing: true },
      sentence: `Data: ${found[0]} (given by --data).`,
    })
    assert.is(source({ environment: all }).sentence, `Data: ${found[1]} (found through ECG_DATA_DIR).`)
    assert.is(
      source({ environment: { HOLTER_CACHE_DIR: cache } }).sentence,
      `Data: ${found[2]} (fetched earlier; ECG_DATA_DIR is not set).`,
    )
    const nothing = source({ environment: { ECG_DATA_DIR: empty, HOLTER_CACHE_DIR: empty } })
    assert.equal(nothing.source, { kind: 'synthetic', seed: 1 })
    assert.is(
      nothing.sentence,
      `Data: synthetic records, since ECG_DATA_DIR=${empty} holds no data for ptbxl-superclass and ${join(empty, 'data')} holds none either.`,
    )
    assert.match(source({ environment: { HOLTER_CACHE_DIR: empty } }).sentence, /since ECG_DATA_DIR is not set and/)
  }))

test('a folder that was named and is not there, or holds nothing known', () =>
  inFolder(dir => {
    const missing = join(dir, 'nowhere')
    assert.is(
      refusal(() => findData(task, { dir: missing })),
      `[ecg] --data ${missing}: the folder does not exist. Check the path.`,
    )
    assert.match(
      refusal(() => findData(task, { dir })),
      /the folder holds no data for ptbxl-superclass\. Give the data set folder itself/,
    )
    writeFileSync(join(dir, 'file'), '')
    assert.match(
      refusal(() => findData(task, { dir: join(dir, 'file') })),
      /this is not a folder/,
    )
    assert.is(
      refusal(() => findData(task, { environment: { ECG_DATA_DIR: missing } })),
      `[ecg] ECG_DATA_DIR ${missing}: the folder does not exist. Correct the variable, or unset it to work on other data.`,
    )
  }))

test('a task that needs real records gets no synthetic ones', () =>
  inFolder(dir => {
    const beats = { name: 'beats', locate: () => undefined, needs: 'mit-bih' }
    assert.is(
      refusal(() => findData(beats, { environment: { ECG_DATA_DIR: dir, HOLTER_CACHE_DIR: dir } })),
      `[ecg] beats: no data was found: ECG_DATA_DIR=${dir} holds no data for beats, ${join(dir, 'data')} holds none either, and ` +
        'synthetic records cannot stand in. Run holter data fetch mit-bih, or name the folder that holds it by --data or ECG_DATA_DIR.',
    )
  }))

test('the fetch cache', () => {
  assert.is(fetchCacheDir({ HOLTER_CACHE_DIR: '/c' }), join('/c', 'data'))
  assert.ok(fetchCacheDir({}).endsWith(join('.cache', 'holter', 'data')))
})

test.run()
