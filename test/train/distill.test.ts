import type { Tensor2D } from '@tensorflow/tfjs'
import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import type { Metadata } from '../../src-ts/ir/metadata.ts'
import { inceptionCnn } from '../../src-ts/networks/inception-cnn.ts'
import { random } from '../../src-ts/random.ts'
import type { Batch } from '../../src-ts/train/batch.ts'
import { orderedBatches } from '../../src-ts/train/batches.ts'
import {
  checkTeachers,
  type Distillation,
  distillation,
  type Lesson,
  type Teacher,
} from '../../src-ts/train/distill.ts'
import { binaryCrossEntropy } from '../../src-ts/train/loss.ts'
import { readWeights } from '../../src-ts/train/model-weights.ts'
import { stepper } from '../../src-ts/train/step.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { train } from '../../src-ts/train/train.ts'
import { noScaling, sineClasses, tinyNetwork, tinyRecipe, unpaddedNetwork } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('distill')
const native = withTfjs('distill', test)
const data = { train: sineClasses('train', 96), validation: sineClasses('validation', 48) }
const metadata: Metadata = {
  version: 1,
  task: 'sines',
  network: 'tiny',
  kind: 'multi-label',
  labels: [...data.train.labels],
  leads: [...data.train.leads],
  sampleRateHz: 64,
  samples: 64,
  unit: 'mV',
  ...noScaling,
  thresholds: [0.5, 0.5, 0.5],
  rounding: 'tflm-double',
  provenance: {},
}
const lesson: Lesson = { ...metadata, recipe: {} }

/** A teacher that gives the same logits for every record. */
function teacherOf(tf: Tf, logits: readonly number[], sha256 = 'a'.repeat(64)): Teacher {
  const model = tinyNetwork(tf, 1)
  const kernel = tf.zeros(model.getLayer('logits').getWeights()[0].shape)
  const bias = tf.tensor1d([...logits])
  model.getLayer('logits').setWeights([kernel, bias])
  tf.dispose([kernel, bias])
  return { path: 'build/teacher', model, metadata, sha256 }
}

/** The loss of a student's logits, two records, under teachers of constant logits. */
function lossOf(
  tf: Tf,
  student: number[][],
  taught: number[][],
  { temperature = 1.5, kind = 'multi-label', hard }: Partial<Pick<Distillation, 'temperature' | 'kind' | 'hard'>> = {},
): number {
  const teachers = taught.map(logits => teacherOf(tf, logits))
  const term = distillation({ kind, teachers, temperature, alpha: 0.8, hard })
  const loss = tf.tidy(
    () =>
      term
        .value(tf, {
          inputs: [tf.ones([student.length, 64, 2])],
          logits: tf.tensor2d(student),
          targets: tf.zeros([student.length, 3]) as Tensor2D,
        })
        .dataSync()[0],
  )
  for (const { model } of teachers) model.dispose()
  return loss
}

const close = (got: number, expected: number) =>
  // Single precision over sums of six terms below ten.
  assert.ok(Math.abs(got - expected) < 1e-5 * Math.max(1, Math.abs(expected)), `${got}, expected ${expected}`)
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
const softmax = (z: number[]) => z.map(x => Math.exp(x) / z.map(Math.exp).reduce((a, b) => a + b, 0))

const student = [
  [0.3, -1.2, 2],
  [-0.4, 0.9, 4],
]

native('independent labels: T² · binary cross-entropy towards the averaged logits', tf => {
  for (const temperature of [1, 1.5, 4]) {
    const z = [2, -3, 1.5].map((x, j) => (x + [4, 1, -0.5][j]) / 2)
    const cross = (t: number, s: number) => -t * Math.log(sigmoid(s)) - (1 - t) * Math.log(1 - sigmoid(s))
    const expected =
      temperature ** 2 *
      mean(student.flatMap(row => row.map((s, j) => cross(sigmoid(z[j] / temperature), s / temperature))))
    const taught = [
      [2, -3, 1.5],
      [4, 1, -0.5],
    ]
    close(lossOf(tf, student, taught, { temperature }), expected)
  }
})

native('labels that exclude each other: T² · Kullback–Leibler divergence of their distributions', tf => {
  const z = [2, -3, 1.5]
  for (const temperature of [1, 3]) {
    const divergence = (row: number[]) => {
      const own = softmax(row.map(s => s / temperature))
      return softmax(z.map(x => x / temperature))
        .map((p, j) => p * Math.log(p / own[j]))
        .reduce((a, b) => a + b, 0)
    }
    const expected = temperature ** 2 * mean(student.map(divergence))
    close(lossOf(tf, student, [z], { temperature, kind: 'single-label' }), expected)
  }
  close(lossOf(tf, [z, z], [z], { kind: 'single-label' }), 0)
})

native('no softmax over independent labels: two that are both there stay both there', tf => {
  // A softmax cannot tell (5, 5, −5) from (0, 0, −10); the sigmoids of these answers are (1, 1, 0) and (½, ½, 0).
  const both = [5, 5, -5]
  const shifted = [0, 0, -10]
  const right = lossOf(tf, [both], [both], { temperature: 1 })
  const wrong = lossOf(tf, [shifted], [both], { temperature: 1 })
  assert.ok(wrong > right + 0.4, `${right} ${wrong}`)
  close(lossOf(tf, [shifted], [both], { temperature: 1, kind: 'single-label' }), 0)
})

native('hard: cross-entropy with what the teachers decide, whatever the temperature', tf => {
  const z = [2, -3, 1.5]
  const each = student.flatMap(row => row.map((s, j) => -Math.log(sigmoid(z[j] > 0 ? s : -s))))
  close(lossOf(tf, student, [z], { hard: true }), mean(each))
  const largest = student.map(row => -Math.log(softmax(row)[0]))
  close(lossOf(tf, student, [z], { hard: true, kind: 'single-label' }), mean(largest))
})

native('terms teach the layers that they name', tf => {
  const model = tinyNetwork(tf, 1)
  const logits = model.outputs[0] as SymbolicTensor
  const answers = ['labels', 'teachers'].map(
    name => tf.layers.dense({ name, units: 3 }).apply(logits.sourceLayer.input as SymbolicTensor) as SymbolicTensor,
  )
  const both = tf.layers.average().apply(answers) as SymbolicTensor
  const student = tf.model({ inputs: model.inputs, outputs: both })
  const before = readWeights(student)
  const terms = [
    { ...binaryCrossEntropy, layer: 'labels' },
    { ...binaryCrossEntropy, layer: 'teachers', weight: 0 },
  ]
  const recipe = { ...tinyRecipe, epochs: 1, weightDecay: 0 }
  const { step, dispose } = stepper(tf, student, recipe, { terms })
  step(orderedBatches(data.train, noScaling, 24).next().value as Batch, 0.01, random(1))
  dispose()
  const moved = [...readWeights(student)].filter(([name, values]) => values.some((x, i) => x !== before.get(name)![i]))
  const names = moved.map(([name]) => name.split('/')[0])
  assert.ok(names.includes('labels') && !names.includes('teachers'), `${names}`)
  student.dispose()
  model.getLayer('logits').dispose()
})

native(
  'a student learns from its teacher alone, on the same augmented crops, and the teacher does not move',
  async tf => {
    const common = { tf, ...data, standardization: noScaling, seed: 1, dataHash: 'sines' }
    const model = tinyNetwork(tf, 1)
    await train({ ...common, model, recipe: { ...tinyRecipe, epochs: 20 } })
    const teacher = { path: 'build/teacher', model, metadata, sha256: 'a'.repeat(64) }
    const before = [...readWeights(model)]
    const shapes = new Set<string>()
    const taught = distillation({ kind: 'multi-label', teachers: [teacher], temperature: 1.5, alpha: 1 })
    const watched = {
      ...taught,
      value: (...args: Parameters<typeof taught.value>) => {
        shapes.add(`${args[1].inputs[0].shape}`)
        return taught.value(...args)
      },
    }
    const own = tinyNetwork(tf, 2)
    // Without labels: all that the student can know comes from the teacher.
    const blind = { ...data.train, targets: new Uint8Array(data.train.targets.length) }
    const terms = [{ ...binaryCrossEntropy, weight: 0 }, watched]
    const recipe = { ...tinyRecipe, epochs: 20, cropSamples: 48, mixup: 0.3, averageDecay: 0.9 }
    const { best } = await train({ ...common, train: blind, model: own, terms, recipe })
    assert.ok(best!.score! > 0.9, `macro AUC ${best!.score}`)
    assert.equal([...shapes], ['16,48,2'])
    assert.equal([...readWeights(model)], before)
    for (const each of [model, own]) each.dispose()
  },
)

native('a run cannot be resumed with other teachers, temperatures or weights', tf => {
  const name = (changes: Partial<Distillation> = {}) => {
    const teachers = [teacherOf(tf, [0, 0, 0], 'b'.repeat(64))]
    const term = distillation({ kind: 'multi-label', teachers, temperature: 1.5, alpha: 0.8, ...changes })
    for (const { model } of teachers) model.dispose()
    return `${term.weight} · ${term.name}`
  }
  const teachers = [{ ...teacherOf(tf, [0, 0, 0]), sha256: 'c'.repeat(64) }]
  const names = [name(), name({ temperature: 2 }), name({ alpha: 0.5 }), name({ teachers })]
  assert.is(new Set(names).size, 4, names.join('\n'))
  assert.is(name(), name())
  teachers[0].model.dispose()
})

native('a teacher of another task, other labels, leads or records is refused', tf => {
  const teacher = teacherOf(tf, [0, 0, 0])
  const refused = (changes: Partial<Teacher>, message: RegExp, other: Partial<Lesson> = {}) => {
    try {
      checkTeachers(tf, [teacher, { ...teacher, ...changes }], { ...lesson, ...other })
    } catch (error) {
      assert.instance(error, HolterError)
      assert.match((error as Error).message, message)
      return
    }
    assert.unreachable(`expected ${message}`)
  }
  const says = (more: Partial<Metadata>) => ({ metadata: { ...metadata, ...more } })
  checkTeachers(tf, [teacher], lesson)
  refused(
    says({ task: 'beats' }),
    /build\/teacher: the teacher was made for another task \(got beats: .*expected sines:/,
  )
  refused(says({ labels: ['fast', 'middle', 'slow'] }), /another task \(got sines: fast middle slow from/)
  refused(says({ leads: ['B', 'A'] }), /another task \(got .* from B A/)
  refused(says({ mean: 0.1 }), /other records, with another scaling \(got mean 0.1, deviation 1, expected mean 0, dev/)
  for (const provenance of [
    { recipe: { includeValidation: true } },
    { from: { recipe: { includeValidation: true } } },
  ]) {
    refused(says({ provenance }), /the teacher was trained on the validation records, which are to score the student/)
  }
  const flat = inceptionCnn.build(tf, { samples: 64, leads: 2, labels: 3 }, 1)
  refused(
    { model: flat },
    /cannot see crops as short as --crop-samples 32\. Take longer crops \(--crop-samples 64: whole records\), or a teacher that pools/,
    { recipe: { cropSamples: 32 } },
  )
  checkTeachers(tf, [{ ...teacher, model: flat }], { ...lesson, recipe: { cropSamples: 64 } })
  const unpadded = unpaddedNetwork(tf)
  refused({ model: unpadded }, /cannot see crops as short as --crop-samples 4/, { recipe: { cropSamples: 4 } })
  for (const { model } of [teacher, { model: flat }, { model: unpadded }]) model.dispose()
})

test.run()
