import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset } from '../src-ts/ecg/datasets/dataset.ts'
import { byName, HolterError } from '../src-ts/errors.ts'
import { networks } from '../src-ts/networks/index.ts'
import type { Recipe } from '../src-ts/networks/network.ts'
import { random } from '../src-ts/random.ts'
import { limitThreads, loadTfjs } from '../src-ts/train/backend.ts'
import { trainingBatches } from '../src-ts/train/batches.ts'
import { labelLoss } from '../src-ts/train/loss.ts'
import { stepper } from '../src-ts/train/step.ts'
import type { Tf } from '../src-ts/train/tf.ts'
import { profileStep } from './profile-training.ts'

const SHAPE = { samples: 1000, leads: 12, labels: 5 }

/*
 * The peer is Keras' `fit` without XLA, which is its faster form here. TensorFlow for Python is no part of the set-up: install
 * tensorflow-cpu of the version in tools/setup/tensorflow.mjs into an environment of its own and name its python by --keras.
 */

/** Seconds of one round by the clock, and of processor time: on a machine with other work, only the second is steady. */
interface Times {
  readonly wall: number
  readonly processor: number
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keras: { type: 'string' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '3' },
    batch: { type: 'string', default: '64' },
    samples: { type: 'string', default: '1000,250' },
    /** Keras' own default: XLA. */
    jit: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
})
const [threads, rounds, steps, batch] = (['threads', 'rounds', 'steps', 'batch'] as const).map(name =>
  whole(name, values[name]),
)
const lengths = values.samples.split(',').map(text => whole('samples', text))
limitThreads(threads)
const tf = loadTfjs()

for (const name of positionals.length ? positionals : ['gap-cnn', 'inception-cnn']) {
  for (const samples of lengths) await compare(name, samples)
}

function whole(option: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  const problem = 'not a whole number of at least 1'
  throw new HolterError({ stage: 'usage', where: `--${option}`, problem, got: text || 'nothing' })
}

/** Times one network in turns, a round here and a round there, and prints medians and their ratio. */
async function compare(name: string, samples: number): Promise<void> {
  const network = byName('network', name, networks)
  const shape = { ...SHAPE, samples }
  const model = network.build(tf, shape, 1)
  const layers = layersOf(model)
  const recipe: Recipe = {
    ...network.recipe,
    batchSize: batch,
    augment: false,
    cropSamples: undefined,
    averageDecay: 0,
  }
  const round = ours(tf, model, recipe, randomRecords(batch * steps, samples))
  round()
  const task = { shape: [samples, SHAPE.leads], labels: SHAPE.labels, layers, batch, steps, threads, jit: values.jit }
  const keras = values.keras ? await peer(values.keras, task) : undefined
  const [own, theirs]: Times[][] = [[], []]
  for (let i = 0; i < rounds; i++) {
    own.push(round())
    if (keras) theirs.push(await keras.round())
  }
  keras?.stop()
  const line = (who: string, times: readonly Times[]) => {
    const rate = (key: keyof Times) => ((batch * steps) / median(times.map(time => time[key]))).toFixed(0).padStart(6)
    return `  ${who.padEnd(8)}${rate('wall')} samples/s, ${rate('processor')} per second of processor time`
  }
  console.log(
    `${name}, ${samples} samples × ${SHAPE.leads}, batch ${batch}, threads: ${threads}, median of ${rounds} rounds of ${steps} steps`,
  )
  console.log(line('holter', own))
  if (keras) {
    const ratio = (key: keyof Times) =>
      (median(theirs.map(time => time[key])) / median(own.map(time => time[key]))).toFixed(2)
    console.log(line('keras', theirs))
    console.log(
      `  ratio   ${ratio('wall')} by the clock, ${ratio('processor')} by processor time (TensorFlow ${keras.version}, same ${keras.parameters} parameters: ${keras.parameters === model.countParams()})`,
    )
  }
  if (values.profile) console.log(await profileStep(tf, round))
  model.dispose()
}

/** Returns a function that trains one round of batches, as the training loop does, and times it. */
function ours(tf: Tf, model: LayersModel, recipe: Recipe, dataset: Dataset): () => Times {
  const { step } = stepper(tf, model, recipe, { terms: [labelLoss(dataset, recipe)] })
  let epoch = 0
  return () => {
    const [wall, processor] = [performance.now(), process.cpuUsage()]
    let i = 0
    for (const records of trainingBatches(dataset, { mean: 0, deviation: 1 }, recipe, 1, epoch))
      step(records, 1e-3, random(1, epoch, i++))
    epoch++
    const { user, system } = process.cpuUsage(processor)
    return { wall: (performance.now() - wall) / 1000, processor: (user + system) / 1e6 }
  }
}

function randomRecords(length: number, samples: number): Dataset {
  const stream = random(1)
  const { leads, labels } = SHAPE
  const values = Float32Array.from({ length: samples * leads }, () => stream.uniform())
  return {
    name: 'random',
    synthetic: true,
    kind: 'multi-label',
    split: 'train',
    length,
    samples,
    sampleRateHz: 100,
    leads: Array.from({ length: leads }, (_, i) => `${i}`),
    labels: Array.from({ length: labels }, (_, i) => `${i}`),
    targets: Uint8Array.from({ length: length * labels }, () => stream.integer(2)),
    records: Array.from({ length }, (_, i) => ({ id: `${i}`, patient: `${i}`, fold: 1 })),
    read: (_, out, at) => out.set(values, at),
  }
}

/** What Keras needs to build the same layers. */
function layersOf(model: LayersModel) {
  return model.layers.map(layer => ({
    name: layer.name,
    kind: layer.getClassName(),
    config: snakeCase(layer.getConfig()),
    inputs: layer.inboundNodes[0].inboundLayers.map(inbound => inbound.name),
  }))
}

function snakeCase(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const name = (key: string) => key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [name(key), value]))
}

/** Starts the Python process that trains the same layers. */
async function peer(python: string, task: object) {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', CUDA_VISIBLE_DEVICES: '-1' }
  const child: ChildProcess = spawn(python, [fileURLToPath(new URL('./bench-training.py', import.meta.url))], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  // Whoever waits for an answer says that there is none.
  child.on('error', error => console.error(error.message))
  child.stdin!.on('error', () => {})
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const ask = async (line: string) => {
    child.stdin!.write(`${line}\n`)
    const { value } = await lines.next()
    if (value === undefined) throw ended(python)
    return JSON.parse(value)
  }
  const { parameters, version } = await ask(JSON.stringify(task))
  return { parameters, version, round: (): Promise<Times> => ask('round'), stop: () => child.stdin!.end() }
}

function ended(python: string): HolterError {
  return new HolterError({
    stage: 'train',
    where: python,
    problem: 'the Keras process ended; what it said stands above',
    hint: 'Name the python of an environment that holds tensorflow',
  })
}

function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
