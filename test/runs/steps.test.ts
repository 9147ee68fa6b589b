import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import { teacherOf } from '../../src-ts/runs/fold-models.ts'
import { chainOf } from '../../src-ts/runs/steps/index.ts'
import { parseLine } from '../../src-ts/runs/steps/line.ts'

const test = suite('steps')

test('a line is a name with options and their values', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/)
  const value = fc.stringMatching(/^[a-z0-9.]{1,6}$/)
  fc.assert(
    fc.property(
      name,
      fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 4 }),
      (first, pairs) => {
        const text = [first, ...pairs.map(([key, value]) => `--${key}  ${value}`)].join(' ')
        assert.equal(parseLine(text), { text, name: first, given: Object.fromEntries(pairs) })
      },
    ),
  )
  assert.equal(parseLine('quantize --weight-bits 7').given, { weightBits: '7' })
  assert.equal(parseLine('prune --gradual --layer a=.5 --layer b=.7').given, { gradual: '', layer: ['a=.5', 'b=.7'] })
})

test('a chain says what is wrong with a line', () => {
  const said = (line: string, read: (line: string) => unknown = text => chainOf([text])) => {
    try {
      read(line)
    } catch (error) {
      assert.instance(error, HolterError)
      return (error as HolterError).message
    }
    return 'nothing'
  }
  assert.match(said('prun --sparsity .5'), /no such step \(expected prune, quantize.*\)\. Did you mean prune\?/)
  assert.match(said('prune .5'), /"prune \.5": it must be a name with options and their values \(got \.5\)/)
  assert.match(said('prune --sparsity'), /--sparsity does not fit/)
  assert.match(said('prune --sparsity .5 --sparsity .6'), /--sparsity does not fit: .*got \.5, \.6/)
  assert.match(said('prune --gradual yes'), /--gradual does not fit: it takes no value \(got yes\)/)
  assert.match(said('prune --method nm --pattern 4:2'), /--pattern does not fit: it must be N:M .*got 4:2/)
  assert.match(said('prune --layer conv1'), /--layer does not fit: it must be the name of a layer/)
  assert.match(said('prune --teacher gap-cnn'), /--teacher does not fit: it must be self/)
  assert.match(said('prune --method channels --gradual'), /--gradual: only a share of zeros can grow/)
  assert.match(
    said('prune --sparsty .5'),
    /no such option: --sparsty \(expected --method, --sparsity.*Did you mean --sparsity\?/,
  )
  assert.match(said('prune --sparsity 2'), /--sparsity does not fit: .*got 2/)
  assert.match(said('prune --epochs 1.5'), /--epochs does not fit/)
  assert.match(said('quantize --weight-bits 6'), /--weight-bits does not fit/)
  assert.match(said('', chainOf.bind(undefined, [''])), /no such step/)
  assert.is(said('prune --sparsity .5'), 'nothing')
  assert.is(
    said('prune --method channels --layer conv1=.5 --layer conv2=.7 --score saliency --teacher self'),
    'nothing',
  )
  assert.is(said('prune --method nm --pattern 1:4 --epochs 3'), 'nothing')
  assert.match(said('gap-cn', teacherOf), /no such network .*Did you mean gap-cnn\?/)
  assert.match(said('gap-cnn --epochs 0', teacherOf), /--epochs does not fit/)
})

test("a teacher's line changes its network's recipe", () => {
  const { network, recipe, seed } = teacherOf('gap-cnn --epochs 75 --crop-samples 250 --seed 2')
  assert.equal([network.name, recipe.epochs, recipe.cropSamples, seed], ['gap-cnn', 75, 250, 2])
  assert.is(recipe.learningRate, network.recipe.learningRate)
})

test.run()
