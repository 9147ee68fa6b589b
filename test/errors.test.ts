import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { byName, closest, HolterError } from '../src-ts/errors.ts'

const test = suite('errors')

test('one line: stage, where, problem, facts, hint', () => {
  const error = new HolterError({
    stage: 'ecg',
    where: 'a.dat',
    problem: 'file is too short',
    got: 10,
    expected: 24000,
    hint: 'Fetch it again',
  })
  assert.is(error.message, '[ecg] a.dat: file is too short (got 10, expected 24000). Fetch it again.')
  assert.is(new HolterError({ stage: 'ecg', where: 'a\nb', problem: 'bad' }).message, '[ecg] a b: bad.')
})

test('a near miss gets a suggestion, a far one does not', () => {
  assert.is(closest('gap-cn', ['gap-cnn', 'inception-cnn']), 'gap-cnn')
  assert.is(closest('inceptoin-cnn', ['gap-cnn', 'inception-cnn']), 'inception-cnn')
  assert.is(closest('transformer', ['gap-cnn', 'inception-cnn']), undefined)
  assert.throws(
    () => byName('network', 'gap-cn', [{ name: 'gap-cnn' }]),
    /gap-cn: no such network \(expected gap-cnn\)\. Did you mean gap-cnn\?/,
  )
})

test.run()
