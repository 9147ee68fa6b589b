import type { LayersModel } from '@tensorflow/tfjs-layers'
import { layerTable } from '../../codegen/layer-table.ts'
import type { Dataset } from '../../ecg/datasets/dataset.ts'
import { runnable } from '../../engines/model.ts'
import type { Metadata } from '../../ir/metadata.ts'
import type { Flavour } from '../../ops/flavour.ts'
import { pruneMethods, pruneModel } from '../../train/prune/index.ts'
import type { Tf } from '../../train/tf.ts'
import { quantizeTrained } from '../to-integers.ts'
import type { Measured } from './budget.ts'

/** What a model costs, whatever it is worth. */
export interface Cost extends Omit<Measured, 'score'> {
  readonly parameters: number
  /** Of the .tflite file. */
  readonly fileBytes: number
}

/** Compiles a model for size, as devices take it, and returns what it costs in a flavour. */
export async function costOf(tflite: Uint8Array, flavour: Flavour): Promise<Cost> {
  const model = runnable(tflite, 'model.tflite', { goal: 'size' })
  const { wasm } = await model.build(flavour)
  const [{ graph, arena }] = model.plan(flavour).networks
  const { macs, parameters } = layerTable(graph)
  return { flashBytes: wasm.length, ramBytes: arena.bytes, macs, parameters, fileBytes: model.tflite.length }
}

/** Returns what a model will cost without a share of its channels: cut and quantized, but not trained. */
export async function costOfCut(
  share: number,
  { tf, model, metadata, train }: { tf: Tf; model: LayersModel; metadata: Metadata; train: Dataset },
  flavour: Flavour,
): Promise<Cost> {
  const channels = pruneMethods.find(({ name }) => name === 'channels')
  const cut = share ? (await pruneModel(tf, model, { sparsity: share }, channels)).model : model
  const { int8 } = quantizeTrained(tf, cut, metadata, train, { seed: 1, name: 'untrained' })
  if (cut !== model) cut.dispose()
  return costOf(int8.tflite, flavour)
}
