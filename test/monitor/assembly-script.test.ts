import asc from 'assemblyscript/asc'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { kernelSource } from '../../src-ts/codegen/kernel-sources.ts'
import { BEAT_FEATURES } from '../../src-ts/ecg/beats/beat-stream.ts'
import { BeatNetwork } from '../../src-ts/monitor/beat-network.ts'
import { monitorTable } from '../../src-ts/monitor/device/table.ts'
import { IntegerBeatStream, WINDOW_END } from '../../src-ts/monitor/integer-beat.ts'
import { Lead, MISSING } from '../../src-ts/monitor/lead.ts'
import { openNetwork } from '../../src-ts/monitor/open-networks.ts'
import { verdicts } from '../../src-ts/monitor/quality-index.ts'
import { random } from '../../src-ts/random.ts'
import { beatsAt, madeLead, withTallT } from './made-heart.ts'

const test = suite('monitor/assembly-script')

/** The front end as a host has it: two leads and the beats of both. */
const PROGRAM = `import { Lead } from './monitor-lead'
import { IntegerBeatStream } from './monitor-beat'

// @ts-ignore: decorator
@global
const MONITOR: usize = memory.data(32768)
const leads = new StaticArray<Lead>(2)
let stream = changetype<IntegerBeatStream>(0)

export function table(): usize { return MONITOR }
export function make(): void {
  leads[0] = new Lead()
  leads[1] = new Lead()
  stream = new IntegerBeatStream()
}
export function next(lead: i32, microvolts: i32): i32 { leads[lead].next(microvolts); return leads[lead].takeBeats() }
export function skip(lead: i32, samples: i64): void { leads[lead].skip(samples) }
export function beat(lead: i32, i: i32): i64 { return leads[lead].beats[i] }
export function at(lead: i32, sample: i64): i64 { return leads[lead].at(sample) }
export function samples(lead: i32): i64 { return leads[lead].samples }
export function verdict(lead: i32): i32 { return leads[lead].verdict }
export function clarity(lead: i32): i64 { return leads[lead].clarity }
export function describe(peak: i64, pre: i64, post: i64, hasMain: bool, hasSecond: bool): void {
  stream.next(leads[0], leads[1], peak, pre, hasMain, hasSecond)
  stream.list(post)
}
export function like(i: i32): i64 {
  const like = stream.likeness
  return i == 0 ? like.least : i == 1 ? like.most : i == 2 ? like.width : like.alike
}
export function doubtful(lead: i32, beat: i64): bool { return leads[lead].isDoubtful(beat) }
export function overlooked(lead: i32): i64 { return leads[lead].overlooked }
export function channel(i: i32): i32 { return stream.channels[i] }
export function feature(i: i32): i64 { return stream.features[i] }`

async function compiled(): Promise<WebAssembly.Module> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(['model.ts', '--target', 'scalar', '--outFile', 'model.wasm'], {
    readFile: name => (name === 'model.ts' ? PROGRAM : kernelSource(name)),
    writeFile: (name, contents) => {
      if (name === 'model.wasm') binary = contents as Uint8Array
    },
    listFiles: () => [],
  })
  assert.not(error, stderr.toString())
  return WebAssembly.compile(binary as BufferSource)
}
const module = compiled()
const network = await openNetwork('models/beat-rr.tflite', 'reference')
const beats = new BeatNetwork(network.graph, network.run)

/** Both leads in TypeScript and in a fresh instance, with the same coefficients. */
async function pair(rate: number, notchHz?: 50 | 60) {
  const twin = (await WebAssembly.instantiate(await module, {})).exports as unknown as Record<
    string,
    (...args: (number | bigint)[]) => never
  >
  const names = ['MLII', 'V5']
  const words = monitorTable({ leads: names, sampleRateHz: rate, notchHz, frames: 1, rules: [] }, beats)
  const memory = (twin as unknown as { memory: WebAssembly.Memory }).memory
  new BigInt64Array(memory.buffer, twin.table(), words.length).set(words)
  twin.make()
  return { leads: names.map(name => new Lead(name, rate, notchHz)), twin }
}

/** Feeds both with a sample per lead and compares all that can be seen. Returns the beats of the first lead. */
function step({ leads, twin }: Awaited<ReturnType<typeof pair>>, samples: readonly number[]): readonly number[] {
  let first: readonly number[] = []
  for (const [i, lead] of leads.entries()) {
    lead.next(samples[i])
    const beats = lead.takeBeats()
    const count: number = twin.next(i, samples[i])
    const found = Array.from({ length: count }, (_, k) => Number(twin.beat(i, k)))
    if (count !== beats.length || found.some((beat, k) => beat !== beats[k])) assert.equal(found, [...beats])
    for (const beat of beats) assert.is(Boolean(twin.doubtful(i, BigInt(beat))), lead.isDoubtful(beat), `beat ${beat}`)
    const newest = BigInt(lead.samples - 1)
    const seen = [twin.samples(i), twin.at(i, newest), twin.clarity(i), twin.verdict(i), twin.overlooked(i)].map(Number)
    const overlooked = lead.overlooked ?? Number(2n ** 63n - 1n)
    const expected = [lead.samples, lead.at(lead.samples - 1), lead.clarity, verdicts.indexOf(lead.verdict), overlooked]
    if (seen.some((value, k) => value !== expected[k]))
      assert.equal(seen, expected, `lead ${i}, sample ${lead.samples}`)
    if (i === 0) first = beats
  }
  return first
}

test('its logarithm has the constants of the reference', () => {
  assert.is(Math.round(Math.LN2 * 65536), 45426)
})

for (const [rate, notch] of [
  [360, undefined],
  [100, undefined],
  [250, 50],
  [1000, 60],
] as const) {
  test(`a heart at ${rate} Hz: every sample, verdict, beat and feature is the same number`, async () => {
    const both = await pair(rate, notch)
    const draw = random(rate)
    const intervals = Array.from({ length: 110 }, (_, i) => (i % 7 === 3 ? 0.5 : 0.75) + 0.02 * draw.normal())
    const beats = beatsAt(intervals, i => i % 7 === 4)
    const leads = [1, 2].map(seed => madeLead({ beats, seconds: 75, seed, sampleRateHz: rate }))
    // A stretch of noise, one at the rail and one of nothing.
    for (let i = 20 * rate; i < 23 * rate; i++) leads[0][i] = Math.round(800 * draw.normal())
    leads[0].fill(90_000_000, 30 * rate, 34 * rate)
    leads[1].fill(MISSING, 40 * rate, 43 * rate)
    const stream = new IntegerBeatStream()
    const peaks: number[] = []
    let described = 0
    for (let i = 0; i < leads[0].length; i++) {
      peaks.push(...step(both, [leads[0][i], leads[1][i]]))
      const [peak, next] = [peaks[described], peaks[described + 1]]
      if (next === undefined || both.leads[0].samples <= peak + WINDOW_END) continue
      const pre = described > 0 ? peak - peaks[described - 1] : undefined
      described++
      // Now and then one of the leads is too poor.
      const there = [described % 11 !== 5, described % 11 !== 8]
      const windows = both.leads.map((lead, k) => (there[k] ? (offset: number) => lead.at(peak + offset) : undefined))
      const beat = stream.next(windows, pre)
      both.twin.describe(BigInt(peak), BigInt(pre ?? 0), BigInt(next - peak), ...there.map(Number))
      const { usual, widths, alike } = beat.likeness
      assert.equal(
        [0, 1, 2, 3].map(k => Number(both.twin.like(k))),
        [Math.min(...usual), Math.max(...usual), Math.max(...widths), alike],
        `beat ${described}`,
      )
      assert.equal(
        BEAT_FEATURES.map((_, k) => Number(both.twin.feature(k))),
        beat.features(next - peak),
        `beat ${described}`,
      )
      const odd = beat.channels.findIndex((value, k) => value !== both.twin.channel(k))
      assert.is(odd, -1, `beat ${described}, channel value ${odd}`)
    }
    assert.ok(described > 60, String(described))
  })
}

test('a heart whose T waves look like beats: the same peaks are left out', async () => {
  const both = await pair(360)
  const draw = random(7)
  const beats = beatsAt(Array.from({ length: 60 }, () => 0.9 + 0.03 * draw.normal()))
  const leads = [0.03, 0.04].map((width, seed) => withTallT(madeLead({ beats, seconds: 54, seed }), beats, 1100, width))
  let found = 0
  for (let i = 0; i < leads[0].length; i++) found += step(both, [leads[0][i], leads[1][i]]).length
  assert.ok(found >= 58 && found <= 63, String(found))
})

test('any samples and gaps: the same numbers', async () => {
  const sample = fc.oneof(
    fc.integer({ min: -5000, max: 5000 }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.constantFrom(MISSING, 0, 400_000),
  )
  const piece = fc.record({
    // Runs of one value, and noise around it, are what electrodes do.
    value: sample,
    noise: fc.constantFrom(0, 3, 400, 100_000),
    length: fc.integer({ min: 1, max: 900 }),
    skip: fc.constantFrom(0, 0, 0, 500),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(100, 360, 500),
      async (pieces, rate) => {
        const both = await pair(rate, 50)
        const draw = random(pieces.length)
        for (const { value, noise, length, skip } of pieces) {
          for (let i = 0; i < length; i++) {
            const noisy =
              value === MISSING
                ? MISSING
                : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value + Math.round(noise * draw.normal())))
            step(both, [noisy, i % 40 === 0 ? 3000 : -noisy | 0])
          }
          if (skip === 0) continue
          for (const [i, lead] of both.leads.entries()) {
            lead.skip(skip)
            both.twin.skip(i, BigInt(skip))
          }
        }
      },
    ),
    { numRuns: 25 },
  )
})

test.run()
