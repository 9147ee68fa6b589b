import { spawnSync } from 'node:child_process'
import { Writable } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endProgress, progress } from '../../src-ts/report/progress.ts'

const test = suite('report/progress')

/** A stream that remembers what was written; a terminal of 80 columns if asked. */
function recorder(isTTY: boolean) {
  const written: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk))
      done()
    },
  })
  const whole = Object.assign(stream, {
    isTTY,
    columns: 80,
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => true,
  })
  return { stream: whole as unknown as NodeJS.WriteStream, text: () => written.join('') }
}

test('writes a plain line now and then into a log, and one at the end', () => {
  const { stream, text } = recorder(false)
  let ms = 0
  const bar = progress({ title: 'train', unit: 'records', total: 3306, stream, clock: () => ms })
  ms = 9_999
  bar.update(10, { text: 'epoch 1/12' })
  assert.is(text(), '', 'not yet')
  ms = 10_000
  bar.update(1102, { text: 'epoch 4/12 loss 0.31' })
  ms = 15_000
  bar.update(1653)
  ms = 75_000
  bar.stop()
  assert.is(
    text(),
    'train: 33 %  1,102/3,306 records  110/s  0:20 left  epoch 4/12 loss 0.31\n' +
      'train: 1,653 records in 1:15, epoch 4/12 loss 0.31\n',
  )
})

test('draws a bar on a terminal, no wider than it', () => {
  const { stream, text } = recorder(true)
  let ms = 0
  const bar = progress({ title: 'verify', unit: 'runs', stream, clock: () => ms })
  ms = 1000
  bar.update(2, { total: 8, text: `node simd ${'x'.repeat(200)}` })
  bar.stop()
  const shown = text().slice(text().lastIndexOf('verify '))
  assert.ok(shown.startsWith('verify █████░░░░░░░░░░░░░░░ 25 %  2/8 runs  2.0/s  0:03 left  node simd x'))
  assert.is(shown.lastIndexOf('x') + 1, 79, 'the last column stays free')
})

test('counts the rate from where the work began', () => {
  const { stream, text } = recorder(false)
  let ms = 0
  const bar = progress({
    title: 'train',
    unit: 'epochs',
    total: 1000,
    from: 990,
    stream,
    lineEveryMs: 0,
    clock: () => ms,
  })
  ms = 1000
  bar.update(995)
  assert.is(text(), 'train: 99 %  995/1,000 epochs  5.0/s  0:01 left\n')
})

test('says nothing when quiet', () => {
  const { stream, text } = recorder(true)
  const bar = progress({ title: 'train', unit: 'epochs', quiet: true, stream })
  bar.update(1, { total: 2 })
  bar.stop()
  assert.is(text(), '')
})

test('ends what an error left standing', () => {
  const { stream, text } = recorder(true)
  progress({ title: 'train', unit: 'epochs', total: 5, stream }).update(1)
  endProgress()
  assert.ok(text().endsWith('\n'))
})

test('keeps stdout clean, and a bar that is never stopped does not keep the process', () => {
  const program = `process.stderr.isTTY = true
    const { progress } = await import(${JSON.stringify(new URL('../../src-ts/report/progress.ts', import.meta.url).href)})
    progress({ title: 'train', unit: 'epochs', total: 5 }).update(1)
    await new Promise(resolve => setTimeout(resolve, 300))`
  const { stdout, stderr, status, signal } = spawnSync(
    process.execPath,
    ['--import', './tools/typescript.mjs', '--input-type=module', '-e', program],
    {
      encoding: 'utf8',
      timeout: 20_000,
    },
  )
  assert.equal([stdout, status, signal], ['', 0, null])
  assert.match(stderr, 'train ████')
})

test.run()
