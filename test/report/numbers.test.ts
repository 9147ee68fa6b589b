import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  count,
  counted,
  duration,
  inferenceTime,
  large,
  range,
  score,
  share,
  signed,
  size,
  times,
} from '../../src-ts/report/numbers.ts'

const test = suite('report/numbers')

test('counts', () => {
  assert.equal([count(21799), count(0)], ['21,799', '0'])
  assert.equal(
    [counted(1, 'record'), counted(0, 'record'), counted(1000, 'record')],
    ['1 record', '0 records', '1,000 records'],
  )
  assert.equal([5, 999, 73637, 999999, 7233504, 3.2e9].map(large), ['5', '999', '73.6 k', '1.00 M', '7.23 M', '3.20 G'])
})

test('scores, and a dash for what does not exist', () => {
  assert.equal([score(0.9123), score(NaN), range([0.9, 0.95]), range([NaN, NaN])], ['0.912', '–', '0.900–0.950', '–'])
  assert.equal([0.0012, -0.00121, -0.00001, 0, NaN].map(signed), ['+0.0012', '−0.0012', '0.0000', '0.0000', '–'])
})

test('times of inferences, and how many times as fast', () => {
  assert.equal([412, 9310, 999_700, 1_204_000, 2e9].map(inferenceTime), [
    '412 ns',
    '9.31 µs',
    '1.00 ms',
    '1.20 ms',
    '2.00 s',
  ])
  assert.equal([83.24, 0.912, 1, undefined].map(times), ['83.2 ×', '0.912 ×', '1 ×', ''])
})

test('shares, sizes, times', () => {
  assert.equal(
    [share(37, 100), share(42, 1000), share(0, 5), share(1, 0), share(5, 5)],
    ['37 %', '4.2 %', '0 %', '–', '100 %'],
  )
  assert.equal([5, 1023, 1024, 84264, 1048576, 1048550].map(size), [
    '5 B',
    '1023 B',
    '1.0 KB',
    '82.3 KB',
    '1.00 MB',
    '1.00 MB',
  ])
  assert.equal([4.23, 59.94, 59.96, 151, 3725].map(duration), [
    '4.2 s',
    '59.9 s',
    '1 min 00 s',
    '2 min 31 s',
    '1 h 02 min',
  ])
})

test.run()
