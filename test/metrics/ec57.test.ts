import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { matchBeats } from '../../src-ts/ecg/beats/match-beats.ts'
import { flutterSpans } from '../../src-ts/ecg/datasets/mit-bih.ts'
import type { Annotation } from '../../src-ts/ecg/formats/wfdb-annotations.ts'
import { averageScore, countQrs, grossCounts, qrsScore } from '../../src-ts/metrics/ec57.ts'
import { random } from '../../src-ts/random.ts'
import { python, skip } from '../helpers/environment.ts'

const name = 'metrics/ec57'
const test = suite(name)

test('counts from five minutes on; a pair lies where its beat lies', () => {
  const start = 300 * 360
  assert.equal(countQrs([start - 1, start, start + 999], [start + 2, start + 500], 360), {
    truePositives: 1,
    falseNegatives: 1,
    falsePositives: 1,
  })
  assert.equal(countQrs([start + 1], [start - 5], 360), { truePositives: 1, falseNegatives: 0, falsePositives: 0 })
  assert.equal(countQrs([start - 9], [start + 5], 360), { truePositives: 0, falseNegatives: 0, falsePositives: 0 })
})

test('flutter is not scored', () => {
  const mark = (sample: number, symbol: string) => ({ sample, symbol }) as Annotation
  const spans = flutterSpans([
    mark(5, 'N'),
    mark(200_000, '['),
    mark(200_500, '!'),
    mark(201_000, ']'),
    mark(400_000, '['),
  ])
  assert.equal(spans, [
    { from: 200_000, to: 201_000 },
    { from: 400_000, to: Number.POSITIVE_INFINITY },
  ])
  assert.equal(countQrs([150_000], [150_000, 200_100, 200_900, 201_100, 500_000], 360, spans), {
    truePositives: 1,
    falseNegatives: 0,
    falsePositives: 1,
  })
})

test('gross scores weigh beats, average scores weigh records', () => {
  const long = { truePositives: 90, falseNegatives: 10, falsePositives: 0 }
  const short = { truePositives: 5, falseNegatives: 5, falsePositives: 5 }
  assert.equal(qrsScore(grossCounts([long, short])), { sensitivity: 95 / 110, positivePredictivity: 95 / 100 })
  assert.equal(averageScore([long, short]), { sensitivity: (0.9 + 0.5) / 2, positivePredictivity: 0.75 })
  const empty = { truePositives: 0, falseNegatives: 0, falsePositives: 0 }
  assert.equal(averageScore([long, empty]), { sensitivity: 0.9, positivePredictivity: 1 })
})

/** Beats of 360 Hz some 0.8 s apart, and detections of a poor detector: late, early, missing, and some of nothing. */
function poorDetector(seed: number): [reference: number[], detected: number[]] {
  const stream = random(seed)
  const reference: number[] = []
  for (let time = 100; time < 100_000; time += 200 + stream.integer(200)) reference.push(time)
  const found = reference.filter(() => stream.uniform() > 0.05).map(time => time + Math.round(25 * stream.normal()))
  const nothing = Array.from({ length: 30 }, () => stream.integer(100_000))
  return [reference, [...new Set([...found, ...nothing])].sort((a, b) => a - b)]
}

const peer = python()
const sameAsPeer = 'the counts are those of wfdb.processing.compare_annotations'
if (!peer) skip(name, sameAsPeer, 'no Python environment with wfdb (npm run setup makes it)')
else {
  test(sameAsPeer, () => {
    const cases = Array.from({ length: 20 }, (_, seed) => poorDetector(seed))
    const script = fileURLToPath(new URL('./wfdb-compare.py', import.meta.url))
    const truth = JSON.parse(execFileSync(peer, [script], { input: JSON.stringify(cases), encoding: 'utf8' }))
    const ours = cases.map(([reference, detected]) => {
      const matched = matchBeats(reference, detected, 54).ofReference.filter(d => d >= 0).length
      return [matched, reference.length - matched, detected.length - matched]
    })
    assert.equal(ours, truth)
  })
}

test.run()
