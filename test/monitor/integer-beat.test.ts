import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BEAT_FEATURES } from '../../src-ts/ecg/beats/beat-stream.ts'
import { describeBeats } from '../../src-ts/ecg/datasets/mit-bih-beats.ts'
import { quantizeInput } from '../../src-ts/engines/input.ts'
import { loadModel } from '../../src-ts/engines/model.ts'
import { node } from '../../src-ts/engines/node.ts'
import { reference } from '../../src-ts/engines/reference.ts'
import { withSession } from '../../src-ts/engines/session.ts'
import { BeatNetwork } from '../../src-ts/monitor/beat-network.ts'
import { HEIGHT, type IntegerBeat, IntegerBeatStream, WINDOW_END } from '../../src-ts/monitor/integer-beat.ts'
import { ONE } from '../../src-ts/monitor/integer-logarithm.ts'
import { RATE_HZ } from '../../src-ts/monitor/integer-qrs.ts'
import { Lead } from '../../src-ts/monitor/lead.ts'
import { random } from '../../src-ts/random.ts'
import { beatsAt, madeLead } from './made-heart.ts'

const test = suite('monitor/integer-beat')

const draw = random(4)
const intervals = Array.from(
  { length: 150 },
  (_, i) => (i % 9 === 4 ? 0.55 : i % 9 === 5 ? 1.1 : 0.8) + 0.02 * draw.normal(),
)
const beats = beatsAt(intervals, i => i % 9 === 5)
const leads = [1, 2].map(seed => madeLead({ beats, seconds: 125, seed }))
const peaks = Int32Array.from(beats, ({ seconds }) => Math.round(seconds * RATE_HZ))

/** Beats as the monitor describes them, with the interval behind each. */
function* integerBeats(): Generator<{ beat: IntegerBeat; post: number; index: number }> {
  const [main, second] = leads.map(() => new Lead('II', RATE_HZ))
  const stream = new IntegerBeatStream()
  let index = 0
  for (let i = 0; i < leads[0].length && index < peaks.length - 1; i++) {
    main.next(leads[0][i])
    second.next(leads[1][i])
    if (i < peaks[index] + WINDOW_END) continue
    const peak = peaks[index]
    const windows = [main, second].map(lead => (offset: number) => lead.at(peak + offset))
    const pre = index > 0 ? peak - peaks[index - 1] : undefined
    yield { beat: stream.next(windows, pre), post: peaks[index + 1] - peak, index: index++ }
  }
}

const [mv, second] = leads.map(lead => Float64Array.from(lead, value => value / 1000))
const described = describeBeats([mv, second], peaks)

test('describes beats as the float version that networks learned from', () => {
  for (const { beat, post, index } of integerBeats()) {
    // The float version learns from the first beats together, and the template follows by four beats; its last 64 intervals hold another first one.
    if (index < 80) continue
    for (const [j, value] of beat.features(post).entries()) {
      const expected = described[index].features[j]
      assert.ok(
        Math.abs(value / ONE - expected) < 0.02,
        `beat ${index}, ${BEAT_FEATURES[j]}: ${value / ONE}, not ${expected}`,
      )
    }
    const { channels } = described[index]
    for (let i = 0; i < channels.length; i++)
      assert.ok(Math.abs(beat.channels[i] / HEIGHT - channels[i]) < 0.01, `beat ${index}, sample ${i}`)
  }
})

test('the integer map gives the bytes of the float path, but for one step where a value lies on a border', async () => {
  const model = loadModel('models/beat-rr.tflite')
  const rows: Int8Array[] = []
  const network = new BeatNetwork(model.graph, row => {
    rows.push(row.slice())
    return new Int8Array(4)
  })
  for (const { beat, post } of integerBeats()) network.classify(beat, post)
  let [steps, most] = [0, 0]
  for (const [index, row] of rows.entries()) {
    if (index < 80) continue
    const { channels, features } = described[index]
    const expected = [...quantizeInput(model.graph, channels), ...quantizeInput(model.graph, features, 1)]
    for (const [i, value] of row.entries()) {
      const away = Math.abs(value - expected[i])
      if (away > 0) steps++
      most = Math.max(most, away)
    }
  }
  // A feature's error of .01 may be a step or two of its int8.
  assert.ok(most <= 2 && steps < 0.05 * rows.length * rows[0].length, `${steps} steps, at most ${most}`)
})

test('a module and the reference give every beat the same class', async () => {
  const model = loadModel('models/beat-rr.tflite')
  const classes = async (engine: typeof node) =>
    withSession(engine, model, engine.forms.at(-1)!, async session => {
      const network = new BeatNetwork(model.graph, row => session.runNow!(row))
      return [...integerBeats()].slice(0, 40).map(({ beat, post }) => network.classify(beat, post))
    })
  assert.equal(await classes(node), await classes(reference))
})

test.run()
