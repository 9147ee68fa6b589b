import { madeWithSynthetic } from '../ir/metadata.ts'
import { limitThreads, loadTfjs } from '../train/backend.ts'
import { checkTeachers, distillation, type Teacher } from '../train/distill.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { labelLoss } from '../train/loss.ts'
import type { Tf } from '../train/tf.ts'
import type { Context } from '../watch.ts'
import { TEACHING } from './teaching.ts'
import { type Prepared, type Taught, type TrainResult, trainNetwork } from './train.ts'
import type { TrainingInput } from './training-input.ts'

/** Who teaches, and how much that counts. */
export interface TeacherInput {
  /** Folders of float models of the same task and records. */
  readonly teacher: readonly string[]
  /** Divides the logits. Default 1.5. */
  readonly temperature?: number
  /** Weight of the teachers, 0 to 1; the labels keep the rest. Default .8. */
  readonly alpha?: number
  /** Learns the teachers' decisions in place of their logits. */
  readonly hard?: boolean
}

/** A training and who teaches it. */
export interface DistillInput extends TrainingInput, TeacherInput {}

/** Trains a network towards the labels and towards the averaged answers of teachers on the same augmented records. */
export async function distill(input: DistillInput, context: Context = {}): Promise<TrainResult> {
  limitThreads(input.threads)
  const teachers = await loadTeachers(loadTfjs(), input.teacher)
  return trainNetwork('distill', input, prepared => taughtBy(teachers, prepared, input), context)
}

type Lesson = Pick<Prepared, 'tf' | 'task' | 'recipe' | 'train' | 'standardization'> &
  Partial<Pick<Prepared, 'network'>>

/** Returns the float models of folders as teachers. */
export async function loadTeachers(tf: Tf, dirs: readonly string[]): Promise<Teacher[]> {
  const teachers: Teacher[] = []
  for (const path of dirs) teachers.push({ path, ...(await loadFloatModel(tf, path)) })
  return teachers
}

/**
 * Returns what teachers add to a training, after a check that they fit it. Without the network the lesson is for its answer as a whole, also
 * where teachers have a layer of their own.
 */
export function taughtBy(
  teachers: readonly Teacher[],
  { tf, network, task, recipe, train, standardization }: Lesson,
  { temperature = TEACHING.temperature, alpha = TEACHING.alpha, hard = false }: Omit<TeacherInput, 'teacher'>,
): Taught {
  const { labels, leads, sampleRateHz, samples } = task
  const form = { task: task.name, labels, leads, sampleRateHz, samples }
  checkTeachers(tf, teachers, { ...form, ...standardization, recipe })
  const { labels: layer, teachers: teachersLayer } = network?.taughtAt ?? {}
  const taught = distillation({ kind: task.kind, teachers, temperature, alpha, hard, layer: teachersLayer })
  return {
    terms: [{ ...labelLoss(train, recipe), weight: 1 - alpha, ...(layer && { layer }) }, taught],
    flags: ` ${hard ? '--hard' : `--temperature ${temperature}`} --alpha ${alpha}${teachers.map(({ path }) => ` --teacher ${path}`).join('')}`,
    provenance: {
      teachers: teachers.map(({ metadata, sha256 }) => ({
        network: metadata.network,
        weightsSha256: sha256,
        command: metadata.provenance.command,
        ...(madeWithSynthetic(metadata) && { synthetic: true }),
      })),
    },
  }
}
