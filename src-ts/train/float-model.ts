import { join } from 'node:path'
import type { io } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import * as v from 'valibot'
import { HolterError } from '../errors.ts'
import { readFile, sha256, writeFile } from '../files.ts'
import { type Metadata, metadataSchema } from '../ir/metadata.ts'
import { modelPath } from '../shipped-models.ts'
import type { Tf } from './tf.ts'

const MODEL_FILE = 'model.json'
const WEIGHTS_FILE = 'weights.bin'

/** What a float model's folder says beside its layers: our metadata, and the hash that ties the two files to each other. */
const userSchema = v.object({ holter: metadataSchema, weightsSha256: v.string() })

/** The parts of model.json that are checked before tfjs sees them. */
const modelSchema = v.looseObject({
  modelTopology: v.looseObject({}),
  weightsManifest: v.pipe(v.array(v.object({ paths: v.array(v.string()), weights: v.array(v.any()) })), v.length(1)),
  userDefinedMetadata: v.optional(v.unknown()),
})

/** Returns where the two files of a float model's folder stand. */
export function floatModelFiles(dir: string): { readonly model: string; readonly weights: string } {
  return { model: join(dir, MODEL_FILE), weights: join(dir, WEIGHTS_FILE) }
}

/**
 * Writes a model as a tfjs LayersModel folder (model.json, weights.bin) with its metadata; plain tf.loadLayersModel opens it too.
 * Other files of the folder stay. Each file is replaced whole, model.json last: a model whose two files do not belong together,
 * because writing was interrupted between them, is refused when it is loaded.
 */
export async function saveFloatModel(tf: Tf, model: LayersModel, metadata: Metadata, dir: string): Promise<void> {
  const files = floatModelFiles(dir)
  const handler = tf.io.withSaveHandler(async artifacts => {
    const { modelTopology, format, generatedBy, convertedBy, weightSpecs } = artifacts
    const weights = new Uint8Array(artifacts.weightData as ArrayBuffer)
    const content = {
      format,
      generatedBy,
      convertedBy,
      modelTopology,
      userDefinedMetadata: { holter: metadata, weightsSha256: sha256(weights) },
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
    }
    writeFile(files.weights, weights)
    writeFile(files.model, `${JSON.stringify(content)}\n`)
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
  })
  await model.save(handler)
}

/** What a float model's folder holds. */
export interface FloatModel {
  readonly model: LayersModel
  readonly metadata: Metadata
  /** Of its weights. */
  readonly sha256: string
}

/** Returns the model and metadata of a folder that `saveFloatModel` wrote, or of a model that ships, by its name. Throws HolterError when a file is missing, damaged, or of another origin. */
export async function loadFloatModel(tf: Tf, nameOrDir: string): Promise<FloatModel> {
  const files = floatModelFiles(modelPath(nameOrDir, 'float'))
  const hint = 'A float model is a folder with model.json and weights.bin, as holter train writes it'
  const { modelTopology, weightsManifest, userDefinedMetadata } = parse(
    modelSchema,
    json(files.model, readFile(files.model, hint)),
    files.model,
    'this is not the model.json of a tfjs LayersModel',
  )
  const { holter, weightsSha256 } = parse(
    userSchema,
    userDefinedMetadata,
    files.model,
    'the model has no (valid) holter metadata, which says what its labels, leads and scaling are',
  )
  const weights = readFile(files.weights, hint)
  if (sha256(weights) !== weightsSha256) throw foreignWeights(files.weights, weights.length, weightsManifest[0].weights)
  const artifacts = {
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: Uint8Array.from(weights).buffer,
  }
  const model = await built(tf, artifacts, files.model)
  return { model, metadata: holter, sha256: weightsSha256 }
}

/** tfjs checks the layers in words of its own, one error class for each layer. */
async function built(tf: Tf, artifacts: io.ModelArtifacts, where: string): Promise<LayersModel> {
  try {
    return await tf.loadLayersModel(tf.io.fromMemory(artifacts))
  } catch (error) {
    throw new HolterError({
      stage: 'train',
      where,
      problem: `its layers make no model: ${(error as Error).message.replace(/[.\s]+$/, '')}`,
      hint: 'Copy the file again, or train again',
    })
  }
}

function json(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw new HolterError({ stage: 'train', where: path, problem: 'this is not JSON', hint: 'The file may be cut off' })
  }
}

function parse<T extends v.GenericSchema>(schema: T, value: unknown, where: string, problem: string): v.InferOutput<T> {
  const { success, issues, output } = v.safeParse(schema, value)
  if (success) return output
  const [issue] = issues
  const path = v.getDotPath(issue)
  throw new HolterError({ stage: 'train', where, problem: `${problem}; ${path ? `${path}: ` : ''}${issue.message}` })
}

function foreignWeights(where: string, bytes: number, specs: io.WeightsManifestEntry[]): HolterError {
  const expected = 4 * specs.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0)
  return new HolterError({
    stage: 'train',
    where,
    problem: 'the weights are not the ones that model.json was written with',
    got: bytes === expected ? 'another SHA-256' : `${bytes} bytes`,
    expected: bytes === expected ? undefined : `${expected}`,
    hint: 'Copy both files again, or train again',
  })
}
