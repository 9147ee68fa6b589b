import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { watched } from '../src-ts/watch.ts'

const test = suite('watch')

test('work goes on without anybody who watches', async () => {
  const result = await watched({}, 'read', 'records', report => {
    report(1, 2)
    return 3
  })
  assert.is(result, 3)
})

test('a display is told what is done, and ends with the work', async () => {
  const seen: unknown[] = []
  const watch = (...opened: unknown[]) => {
    seen.push(opened)
    return { update: (...update: unknown[]) => seen.push(update), stop: () => seen.push('stop') }
  }
  await watched({ watch }, 'verify', 'runs', report => {
    report(1, 2)
    report(2, 2, 'node simd')
  })
  assert.equal(seen, [['verify', 'runs', undefined], [1, { total: 2 }], [2, { total: 2, text: 'node simd' }], 'stop'])
})

test("a report after the signal rejects with the signal's reason", async () => {
  const controller = new AbortController()
  const reports: number[] = []
  const work = watched({ signal: controller.signal }, 'read', 'records', async report => {
    for (let done = 1; done <= 3; done++) {
      report(done, 3)
      reports.push(done)
      if (done === 2) controller.abort()
    }
  })
  await work.then(
    () => assert.unreachable('it went on'),
    error => assert.is(error, controller.signal.reason),
  )
  assert.equal(reports, [1, 2])
})

test.run()
