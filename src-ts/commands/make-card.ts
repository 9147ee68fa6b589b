import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { emitProgram } from '../codegen/emit.ts'
import { layerTable } from '../codegen/layer-table.ts'
import { loadModel } from '../engines/model.ts'
import { HolterError } from '../errors.ts'
import { readFile, sha256, writeFile } from '../files.ts'
import type { Evaluation } from '../metrics/evaluation.ts'
import { networks } from '../networks/index.ts'
import { type Card, type CardFigures, cardMarkdown } from '../report/card.ts'
import { sourceOf } from '../report/sources.ts'

const USAGE = 'MODEL.tflite EVALUATION.json … [--note SENTENCE …]'

/** Writes the card of a model from the evaluations, and with the notes, that are given: tools/make-card. */
export function makeCard(args: readonly string[]): void {
  const { path, evaluations, notes } = parsed(args)
  const { graph, tflite } = loadModel(path)
  const { metadata } = graph
  if (!metadata) throw new HolterError({ stage: 'tflite', where: path, problem: 'the file has no "holter" metadata' })
  const figures = evaluations.map(readFigures)
  for (const [i, figure] of figures.entries()) requireShipped(figure, evaluations[i])
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
    title: networks.find(n => n.name === metadata.network)?.title ?? name,
    task: metadata.task,
    parameters: Number(metadata.provenance.parameters ?? parameters),
    foldedParameters: parameters,
    macs,
    arenaBytes: emitProgram([graph], 'simd', '').networks[0].arena.bytes,
    files,
    metadata,
    figures,
    commands: figures.map(
      f => `holter evaluate ${f.model} --split ${f.split}${f.engine === 'tfjs' ? '' : ` --engine ${f.engine}`}`,
    ),
    ...(notes && { notes }),
    licence: figures.some(f => f.data.synthetic) ? 'synthetic records, none' : licenceOf(figures[0].data.name),
  }
  const base = path.replace(/\.tflite$/, '')
  writeFile(`${base}.card.json`, `${JSON.stringify(card, null, 2)}\n`)
  writeFile(`${base}.md`, cardMarkdown(card))
}

/** A card prints the commands that made its figures: none may name a model of models/ that is not there. */
function requireShipped({ model }: CardFigures, where: string): void {
  if (!/^(\.\/)?models\//.test(model) || existsSync(model)) return
  throw new HolterError({
    stage: 'metrics',
    where,
    problem: 'the evaluated model does not ship, so that the command on the card could not run',
    got: model,
    hint: 'Evaluate it where it was made, below build/',
  })
}

/** Reads what `holter evaluate --json` printed, without the curves of calibration: hundreds of lines that nobody reads in a card. */
function readFigures(file: string): CardFigures {
  const figures = JSON.parse(Buffer.from(readFile(file)).toString('utf8')) as CardFigures & Partial<Evaluation>
  for (const key of ['calibration', 'calibrated'] as const) {
    if (!figures[key]) continue
    const { curves: _, ...numbers } = figures[key]
    Object.assign(figures, { [key]: numbers })
  }
  return figures
}

function parsed(args: readonly string[]): { path: string; evaluations: string[]; notes?: string[] } {
  const wrong = (problem: string) => new HolterError({ stage: 'usage', where: 'make-card', problem, expected: USAGE })
  const options = { note: { type: 'string', multiple: true } } as const
  try {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options })
    const [path, ...evaluations] = positionals
    if (path?.endsWith('.tflite') && evaluations.length) return { path, evaluations, notes: values.note }
  } catch (error) {
    throw wrong((error as Error).message.split('. ')[0])
  }
  throw wrong('a model and its evaluations are needed')
}

function licenceOf(dataName: string): string {
  const source = sourceOf(dataName)
  return source ? `${source.name}, ${source.licence}. ${source.citation}` : `as the owner of ${dataName} says`
}
