import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import * as v from 'valibot'
import { layerTable } from '../codegen/layer-table.ts'
import { loadModel } from '../engines/model.ts'
import { HolterError } from '../errors.ts'
import { readFile, sha256, writeFile } from '../files.ts'
import type { Metadata } from '../ir/metadata.ts'
import { networks } from '../networks/index.ts'
import { type Card, type CardFigures, cardMarkdown } from '../report/card.ts'
import { count } from '../report/numbers.ts'
import { sourceOf } from '../report/sources.ts'

/** What a card is made of. */
export interface CardInput {
  /** A .tflite file with metadata. */
  readonly path: string
  /** Files that `holter evaluate --json` printed. */
  readonly evaluations: readonly string[]
  /** Sentences for the card. */
  readonly notes?: readonly string[]
}

/** Writes the card of a model beside it, as JSON and as Markdown. */
export function makeCard({ path, evaluations, notes }: CardInput): void {
  const { graph, tflite, plan } = loadModel(path)
  const { metadata } = graph
  if (!metadata) throw new HolterError({ stage: 'report', where: path, problem: 'the file has no "holter" metadata' })
  const figures = evaluations.map(file => readFigures(file, metadata.labels))
  for (const [i, figure] of figures.entries()) checkModelPath(figure, evaluations[i])
  const name = basename(path).replace(/\.tflite$/, '')
  const { parameters, macs } = layerTable(graph)
  const files: Record<string, Card['files'][string]> = {}
  const add = (file: string, bytes: Uint8Array) => {
    files[file] = { bytes: bytes.length, sha256: sha256(bytes) }
  }
  add(basename(path), tflite)
  const floatDir = join(dirname(path), name)
  for (const file of existsSync(floatDir) ? readdirSync(floatDir).sort() : [])
    add(`${name}/${file}`, readFile(join(floatDir, file)))
  const card: Card = {
    name,
    title: titleOf(metadata) ?? name,
    task: metadata.task,
    parameters: Number(metadata.provenance.parameters ?? parameters),
    foldedParameters: parameters,
    macs,
    arenaBytes: plan('simd').networks[0].arena.bytes,
    files,
    metadata,
    figures,
    commands: figures.map(
      f => `holter evaluate ${f.model} --split ${f.split}${f.engine === 'tfjs' ? '' : ` --engine ${f.engine}`}`,
    ),
    ...(notes && { notes }),
    licence: figures.some(f => f.data.synthetic) ? 'synthetic records, none' : licenceOf(figures[0].data.name),
  }
  const markdown = cardMarkdown(card)
  const base = path.replace(/\.tflite$/, '')
  writeFile(`${base}.card.json`, `${JSON.stringify(card, null, 2)}\n`)
  writeFile(`${base}.md`, markdown)
}

/** What the network is, and how small it was made since. */
function titleOf({ network, provenance }: Metadata): string | undefined {
  const title = networks.find(({ name }) => name === network)?.title
  const { parameters, from } = provenance as { parameters?: number; from?: { parameters?: number } }
  const shrunk = from?.parameters !== undefined && parameters !== from.parameters
  return shrunk ? `${title}, pruned to ${count(Number(parameters))}` : title
}

/** A card prints the commands that made its figures: none may name a model of models/ that is not there, or a place of this machine. */
function checkModelPath({ model }: CardFigures, where: string): void {
  const fail = (problem: string) =>
    new HolterError({
      stage: 'report',
      where,
      problem: `${problem}, so that the command on the card could not run`,
      got: model,
      hint: 'Evaluate it where it was made, below build/',
    })
  if (isAbsolute(model) || model.split('/').includes('..'))
    throw fail('the evaluated model lies outside the project folder')
  if (/^(\.\/)?models\//.test(model) && !existsSync(model)) throw fail('the evaluated model does not ship')
}

/** NaN is null in JSON. */
const score = v.nullable(v.number())
const interval = v.tuple([score, score])
const ofEctopic = v.looseObject({ sensitivity: score, positivePredictivity: score })
const ofEctopics = v.looseObject({ VEB: ofEctopic, SVEB: ofEctopic })
const sum = v.looseObject({
  name: v.string(),
  beats: v.number(),
  accuracy: score,
  f1: v.record(v.string(), score),
  f1Interval: v.record(v.string(), interval),
  gross: ofEctopics,
  average: ofEctopics,
})
const aamiTable = v.looseObject({ fromMinutes: v.number(), sums: v.pipe(v.array(sum), v.minLength(1)) })

/** What the Markdown reads of an evaluation; the JSON of the card keeps the rest as it is. */
function figuresSchema(labels: readonly string[]) {
  const perLabel = <T extends v.GenericSchema>(schema: T) =>
    v.looseObject(Object.fromEntries(labels.map(label => [label, schema])))
  return v.looseObject({
    model: v.string(),
    split: v.string(),
    engine: v.string(),
    data: v.looseObject({ name: v.string(), synthetic: v.boolean() }),
    notes: v.optional(v.array(v.string())),
    kind: v.optional(v.picklist(['multi-label', 'single-label'])),
    records: v.number(),
    patients: v.number(),
    auc: perLabel(score),
    macroAuc: score,
    macroAucInterval: interval,
    accuracy: score,
    accuracyInterval: interval,
    macroF1: score,
    macroF1Interval: interval,
    perClass: perLabel(v.looseObject({ f1: score })),
    calibration: v.optional(v.looseObject({})),
    calibrated: v.optional(v.looseObject({})),
    aami: v.optional(v.looseObject({ all: aamiTable, ec57: aamiTable })),
  })
}

/** Reads what `holter evaluate --json` printed, without the curves of calibration: hundreds of lines that nobody reads in a card. */
function readFigures(file: string, labels: readonly string[]): CardFigures {
  const { success, issues, output } = v.safeParse(figuresSchema(labels), readJson(file))
  if (!success) {
    const [issue] = issues
    throw notAnEvaluation(file, `${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`)
  }
  for (const numbers of [output.calibration, output.calibrated]) delete numbers?.curves
  return output as unknown as CardFigures
}

function readJson(file: string): unknown {
  const text = Buffer.from(readFile(file)).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notAnEvaluation(file, (error as Error).message)
  }
}

function notAnEvaluation(where: string, reason: string): HolterError {
  return new HolterError({
    stage: 'report',
    where,
    problem: `this is no evaluation of the model; ${reason}`,
    hint: 'Give what holter evaluate --json printed of it',
  })
}

function licenceOf(dataName: string): string {
  const source = sourceOf(dataName)
  return source ? `${source.name}, ${source.licence}. ${source.citation}` : `as the owner of ${dataName} says`
}
