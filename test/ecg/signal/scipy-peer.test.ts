import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runningMedian } from '../../../src-ts/ecg/signal/baseline.ts'
import { highPass, lowPass, notch, response, type Sections } from '../../../src-ts/ecg/signal/butterworth.ts'
import { CausalFilter, zeroPhase } from '../../../src-ts/ecg/signal/filters.ts'
import { resample } from '../../../src-ts/ecg/signal/resample.ts'
import { random } from '../../../src-ts/random.ts'
import { python, skip } from '../../helpers/environment.ts'

const name = 'ecg/scipy-peer'
const test = suite(name)

type Design = ['lowPass' | 'highPass', number, number] | ['notch', number, number]

/** All filters that devices offer, at the rates of the data sets, and orders up to five. */
const filters: { rate: number; designs: Design[] }[] = [
  ...[100, 250, 360, 500].flatMap(rate => [
    ...[0.05, 0.5, 0.67].map(hz => ({ rate, designs: [['highPass', 2, hz]] as Design[] })),
    ...[40, 100, 150].filter(hz => hz < rate / 2).map(hz => ({ rate, designs: [['lowPass', 2, hz]] as Design[] })),
    ...[50, 60].filter(hz => hz < rate / 2).map(hz => ({ rate, designs: [['notch', hz, 30]] as Design[] })),
  ]),
  ...[1, 2, 3, 4, 5].map(order => ({ rate: 360, designs: [['lowPass', order, 20]] as Design[] })),
  ...[1, 3, 4, 5].map(order => ({ rate: 360, designs: [['highPass', order, 5]] as Design[] })),
  {
    rate: 500,
    designs: [
      ['highPass', 2, 0.67],
      ['lowPass', 2, 40],
      ['notch', 50, 30],
    ] as Design[],
  },
]
const rates = [
  [360, 100],
  [360, 125],
  [500, 100],
  [100, 500],
  [250, 360],
  [257, 360],
  [100, 50],
]
const widths = [1, 3, 71, 217]

function sectionsOf(designs: readonly Design[], rate: number): Sections {
  const make = { lowPass, highPass, notch }
  return designs.flatMap(([kind, a, b]) => make[kind](a, b, rate))
}

/** Ten millivolts of offset, a slow wave, a fast one and noise. */
const stream = random(5)
const SIZE = 12
const signal = Float64Array.from(
  { length: 2000 },
  (_, i) => 10 + Math.sin(i / 200) + Math.sin(i / 3) + 0.1 * stream.normal(),
)

function close(got: ArrayLike<number>, expected: readonly number[], tolerance: number, what: string): void {
  assert.is(got.length, expected.length, what)
  let worst = 0
  for (let i = 0; i < got.length; i++) worst = Math.max(worst, Math.abs(got[i] - expected[i]))
  assert.ok(worst <= tolerance, `${what}: differs from scipy by ${worst}, ${tolerance} allowed`)
}

const interpreter = python()
if (!interpreter)
  skip(
    name,
    'filters, resampling and medians equal scipy’s',
    'no Python environment with scipy (npm run setup makes it)',
  )
else {
  const frequenciesOf = (rate: number) => Array.from({ length: 60 }, (_, i) => 0.01 * (rate / 2 / 0.01) ** (i / 60))
  const asked = {
    signal: [...signal],
    filters: filters.map(filter => ({ ...filter, frequencies: frequenciesOf(filter.rate) })),
    rates: rates.map(([from, to]) => [to, from]),
    widths,
  }
  const script = fileURLToPath(new URL('./scipy-peer.py', import.meta.url))
  const truth = JSON.parse(
    execFileSync(interpreter, [script], { input: JSON.stringify(asked), maxBuffer: 1 << 28, encoding: 'utf8' }),
  )

  test('responses equal those of scipy.signal.butter and iirnotch', () => {
    asked.filters.forEach(({ rate, designs, frequencies }, i) => {
      const ours = frequencies.map(frequency => response(sectionsOf(designs, rate), frequency, rate))
      const what = `${designs.join('; ')} at ${rate} Hz`
      // Squares of about 1e-3, the distance of the poles from 1, are what both lose of 1e-16: hence 1e-9.
      close(
        ours.map(({ gain }) => gain),
        truth.filters[i].gain,
        1e-9,
        `gain of ${what}`,
      )
      const turns = ours.map(({ phase }, k) => {
        const difference = phase - truth.filters[i].phase[k]
        return difference - 2 * Math.PI * Math.round(difference / (2 * Math.PI))
      })
      const audible = turns.filter((_, k) => truth.filters[i].gain[k] > 1e-6)
      close(
        audible,
        audible.map(() => 0),
        1e-8,
        `phase of ${what}`,
      )
    })
  })

  test('causal and zero-phase outputs equal those of sosfilt and sosfiltfilt', () => {
    asked.filters.forEach(({ rate, designs }, i) => {
      const sections = sectionsOf(designs, rate)
      const what = `${designs.join('; ')} at ${rate} Hz`
      // 1e-9 of the signal's size: scipy solves for the state at rest and keeps 1e-9 of the offset that we do not.
      close(new CausalFilter(sections).filter(signal), truth.filters[i].causal, 1e-9 * SIZE, `causal ${what}`)
      close(zeroPhase(sections, signal), truth.filters[i].zeroPhase, 1e-9 * SIZE, `zero-phase ${what}`)
    })
  })

  test('resampling equals resample_poly', () => {
    rates.forEach(([from, to], i) => {
      close(resample(signal, from, to), truth.resampled[i], 1e-9, `${from} → ${to} Hz`)
    })
  })

  test('running medians equal ndimage.median_filter', () => {
    widths.forEach((width, i) => {
      close(runningMedian(signal, width), truth.medians[i], 0, `width ${width}`)
    })
  })
}

test.run()
