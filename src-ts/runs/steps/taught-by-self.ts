import type { io } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import * as v from 'valibot'
import { distillation } from '../../train/distill.ts'
import { type LossTerm, labelLoss } from '../../train/loss.ts'
import type { Tf } from '../../train/tf.ts'
import { TEACHING } from '../teaching.ts'
import type { Workshop } from './step.ts'

/** `--teacher self`: the model before the step teaches, in place of the teachers of the training. */
export const teacherOption = v.literal('self', 'it must be self: the model before the step')

/** Returns the loss of a step whose teacher is the model as it stands now. */
export async function taughtBySelf(
  model: LayersModel,
  { tf, train, recipe }: Pick<Workshop, 'tf' | 'train' | 'recipe'>,
): Promise<{ readonly terms: readonly LossTerm[]; dispose(): void }> {
  const teacher = await copyOf(tf, model)
  // The hash names a training in checkpoints; that the teacher is the model itself is said by the step.
  const teachers = [{ model: teacher, sha256: 'self' }]
  const taught = distillation({ kind: train.kind, teachers, ...TEACHING })
  return {
    terms: [{ ...labelLoss(train, recipe), weight: 1 - TEACHING.alpha }, taught],
    dispose: () => void teacher.dispose(),
  }
}

/** A model of the same layers with weights of its own. */
async function copyOf(tf: Tf, model: LayersModel): Promise<LayersModel> {
  let copied: io.ModelArtifacts | undefined
  const handler = tf.io.withSaveHandler(async artifacts => {
    copied = artifacts
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
  })
  await model.save(handler)
  return tf.loadLayersModel(tf.io.fromMemory(copied!))
}
