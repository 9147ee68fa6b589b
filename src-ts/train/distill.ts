import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { LabelKind, Standardization } from '../ecg/datasets/dataset.ts'
import { HolterError, type Problem } from '../errors.ts'
import { knowsValidation, type Metadata } from '../ir/metadata.ts'
import type { Recipe } from '../networks/network.ts'
import { takesWindows } from './check-run.ts'
import type { LossTerm } from './loss.ts'
import type { Tf } from './tf.ts'

/** A trained network that another one learns from; its weights never move. */
export interface Teacher {
  /** The folder it came from. */
  readonly path: string
  readonly model: LayersModel
  readonly metadata: Metadata
  /** Of its weights. */
  readonly sha256: string
}

export interface Distillation {
  readonly kind: LabelKind
  readonly teachers: readonly Pick<Teacher, 'model' | 'sha256'>[]
  /** Divides the logits of teachers and student: above 1 the teachers' second thoughts count more. */
  readonly temperature: number
  /** Weight of the teachers; the labels keep 1 − alpha. */
  readonly alpha: number
  /** The teachers' decisions are learned, as labels are, in place of their logits; the temperature then says nothing. */
  readonly hard?: boolean
  /** The student's layer that learns from them; default its last one. */
  readonly layer?: string
}

/** What a student is made for and trained on, as far as its teachers must share it. */
export interface Lesson extends Standardization {
  readonly task: string
  readonly labels: readonly string[]
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  readonly samples: number
  readonly recipe: Pick<Recipe, 'cropSamples' | 'includeValidation'>
}

/**
 * Returns the loss that pulls a student towards its teachers (Hinton, Vinyals and Dean, 2015): T² · cross-entropy between
 * their averaged logits z_t and the student's z, both divided by the temperature T, mean over records, on the very batch that the student
 * sees. Independent labels are compared label by label, through sigmoids; only labels that exclude each other go through a softmax,
 * as the Kullback–Leibler divergence. The factor T² keeps the gradient's size whatever the temperature.
 */
export function distillation({ kind, teachers, temperature, alpha, hard = false, layer }: Distillation): LossTerm {
  const compare = kind === 'multi-label' ? labelByLabel : between
  const manner = `${hard ? 'decisions' : `T = ${temperature}`}${layer ? ` at ${layer}` : ''}`
  return {
    name: `distillation ${manner} from ${teachers.map(({ sha256 }) => sha256.slice(0, 16)).join(' ')}`,
    weight: alpha,
    ...(layer && { layer }),
    value(tf, { inputs, signals, logits }) {
      const taught = teachers.map(({ model }) => {
        // A teacher of signals sees the records themselves, one of drawings what the student sees.
        const seen = signals && model.inputs[0].rank === signals[0].rank ? signals : inputs
        return model.apply([...seen], { training: false }) as Tensor2D
      })
      const mean = tf.addN(taught).div(teachers.length)
      if (hard) return decided(tf, kind, mean as Tensor2D, logits)
      return compare(tf, mean.div(temperature), logits.div(temperature)).mul(temperature ** 2) as Scalar
    },
  }
}

/** Cross-entropy with what the teachers decide: a probability above a half, or the largest of labels that exclude each other. */
function decided(tf: Tf, kind: LabelKind, teacher: Tensor2D, student: Tensor2D): Scalar {
  if (kind === 'multi-label') return tf.losses.sigmoidCrossEntropy(tf.step(teacher), student)
  const chosen = tf.oneHot(tf.argMax(teacher, 1), student.shape[1])
  return tf.neg(tf.logSoftmax(student).mul(chosen).sum(1).mean()) as Scalar
}

/** Binary cross-entropy between the probabilities of each label, mean over records and labels as binaryCrossEntropy is. */
function labelByLabel(tf: Tf, teacher: Tensor, student: Tensor): Tensor {
  return tf.losses.sigmoidCrossEntropy(tf.sigmoid(teacher), student)
}

/** Kullback–Leibler divergence of the student's distribution over labels from the teachers', mean over records. */
function between(tf: Tf, teacher: Tensor, student: Tensor): Tensor {
  const expected = tf.logSoftmax(teacher)
  return tf
    .exp(expected)
    .mul(expected.sub(tf.logSoftmax(student)))
    .sum(1)
    .mean()
}

/**
 * Throws HolterError unless every teacher answers the student's question on the student's records: same task, labels, leads and scaling,
 * windows that it can take, and no knowledge of validation records that are to score the student.
 */
export function checkTeachers(tf: Tf, teachers: readonly Teacher[], lesson: Lesson): void {
  const { recipe } = lesson
  for (const teacher of teachers) {
    const { path, model, metadata } = teacher
    const form = (each: Omit<Lesson, 'recipe'>) =>
      `${each.task}: ${each.labels.join(' ')} from ${each.leads.join(' ')}, ${each.samples} samples at ${each.sampleRateHz} Hz` +
      (each.features ? `, features ${each.features.names.join(' ')}` : '')
    if (form(metadata) !== form(lesson)) {
      refuse(path, 'the teacher was made for another task', { got: form(metadata), expected: form(lesson) })
    }
    if (recipe.cropSamples && !takesWindows(tf, model, recipe.cropSamples)) {
      refuse(path, `the teacher cannot see crops as short as --crop-samples ${recipe.cropSamples}`, {
        hint: `Take longer crops (--crop-samples ${lesson.samples}: whole records), or a teacher that pools over time`,
      })
    }
    if (knowsValidation(metadata) && !recipe.includeValidation) {
      refuse(path, 'the teacher was trained on the validation records, which are to score the student')
    }
    if (metadata.drawn && !lesson.drawn) {
      refuse(path, 'the teacher sees drawings, and the student signals')
    }
    // Of drawings the numbers that count are those of the millivolts that are drawn.
    const scaling = ({ drawn, ...each }: Standardization) =>
      JSON.stringify([(drawn ?? each).mean, (drawn ?? each).deviation, each.features?.mean, each.features?.deviation])
    if (scaling(metadata) !== scaling(lesson)) {
      const numbers = ({ drawn, ...each }: Standardization) =>
        `mean ${(drawn ?? each).mean}, deviation ${(drawn ?? each).deviation}`
      refuse(path, 'the teacher was trained on other records, with another scaling', {
        got: numbers(metadata),
        expected: numbers(lesson),
      })
    }
  }
}

function refuse(where: string, problem: string, more: Pick<Problem, 'got' | 'expected' | 'hint'> = {}): never {
  const hint = 'Choose another teacher, or train one on these records'
  throw new HolterError({ stage: 'train', where, problem, hint, ...more })
}
