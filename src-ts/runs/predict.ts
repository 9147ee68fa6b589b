import { statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { type Dataset, recordSize } from '../ecg/datasets/dataset.ts'
import { DRAWING, greyLevels } from '../ecg/datasets/drawn.ts'
import { testFold } from '../ecg/datasets/test-fold.ts'
import { readEcg } from '../ecg/formats/read-ecg.ts'
import { readFully, withFile } from '../ecg/formats/read-file.ts'
import { decodeDrawing, isPng } from '../ecg/paper/png.ts'
import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import { decisionsOf } from '../metrics/confusion.ts'
import { perLabel, type Scores } from '../metrics/predictions.ts'
import { probabilities, sigmoid } from '../metrics/probabilities.ts'
import type { Task } from '../tasks/task.ts'
import { type Context, openWatch, type Watch } from '../watch.ts'
import { type CutOptions, cutRecording, type Piece, type Pieces } from './cut-recording.ts'
import { type ModelOptions, type OpenedModel, openModel } from './open-model.ts'
import { closedSentence, recordingsIn } from './recordings-in.ts'

/** So many records go to the model at a time: enough to forget that it is opened for them, little memory. */
const AT_A_TIME = 1024
/** Files between two looks at the event loop, so that the bar is drawn and Ctrl-C is heard. */
const FILES_PER_TURN = 16

export interface PredictInput extends Omit<ModelOptions, 'onRun'>, CutOptions {
  /** An int8 .tflite file, or the folder of a float model. */
  readonly model: string
  /**
   * WFDB records, with or without .hea, files of other formats, drawings that `holter plot --image` made (PNG) for networks of drawings, or folders: of one's own the files of labels.csv, of others the WFDB records at
   * or below them.
   */
  readonly records: readonly string[]
  /** Sample rate in Hz of CSV and .npy files. Default: the model's, where it takes stretches of a recording. */
  readonly rate?: number
  /** Unit of CSV and .npy files. Default mV. */
  readonly units?: string
  /** False reads records whose samples differ from their checksums, too. Default true. */
  readonly checksum?: boolean
}

/** What a model says of a stretch of a recording, or of a beat. */
export interface Answer extends Piece {
  readonly classifiable: boolean
  /** What follows is absent where it is not classifiable. Labels that the model finds; of labels that exclude each other one. */
  readonly called?: readonly string[]
  /** With the model's temperature, where it has one. */
  readonly probabilities?: Readonly<Record<string, number>>
  /** As the network gives them: what `holter evaluate` scores. */
  readonly logits?: Readonly<Record<string, number>>
}

/** The answers for a recording, or why there are none. */
export interface PredictedRecord {
  readonly record: string
  readonly error?: string
  readonly peaksFrom?: Pieces['peaksFrom']
  readonly answers: readonly Answer[]
}

export interface Predicted {
  readonly model: string
  readonly task: string
  readonly engine: string
  readonly kind: Task['kind']
  readonly labels: readonly string[]
  /** Whether answers are about beats, or about stretches of so many seconds. */
  readonly of: 'beats' | { readonly seconds: number }
  /** Thresholds on the probabilities that are given; absent where labels exclude each other and the largest wins. */
  readonly thresholds?: Readonly<Record<string, number>>
  readonly temperature?: number
  /** Sentences that must stand beside every answer. */
  readonly notes: readonly string[]
  readonly records: readonly PredictedRecord[]
  readonly speed: Speed
}

export interface Speed {
  /** Answers that were computed. */
  readonly answers: number
  /** From the first file on, all in all. */
  readonly seconds: number
  /** What the engine itself took of it; of int8 models only. */
  readonly engineSeconds?: number
  /** Compiling the model, before. */
  readonly loadSeconds: number
}

/**
 * Says what a model finds in recordings: by the way of `holter evaluate`, so that the same record gives the same bytes. A recording that
 * cannot be read has an error in place of answers. The test fold of PTB-XL stays closed.
 */
export async function predict(input: PredictInput, context: Context = {}): Promise<Predicted> {
  let engineMs = 0
  const model = await openModel(input.model, {
    ...input,
    onRun: ms => {
      engineMs += ms
    },
  })
  const { task, fitted } = model
  refuseOtherTasks(model)
  const opened = performance.now()
  // Compiles the module, which must not count as a record's time.
  await model.predict(datasetOf(task, []), () => {})
  const start = performance.now()
  const { paths, testFoldLeftClosed } = recordingsIn(input.records, task)
  const watch = openWatch(context, 'predict', 'recordings', paths.length)
  const records: PredictedRecord[] = []
  for await (const read of inParts(paths, input, model, watch, context)) records.push(...(await answered(read, model)))
  watch.stop()
  const single = task.kind === 'single-label'
  return {
    model: model.path,
    task: task.name,
    engine: model.engine,
    kind: task.kind,
    labels: task.labels,
    of: task.cutBeats ? 'beats' : { seconds: task.samples / task.sampleRateHz },
    ...(!single && { thresholds: perLabel(task.labels, j => cooled(fitted.thresholds[j], fitted.temperature)) }),
    temperature: fitted.temperature,
    notes: testFoldLeftClosed > 0 ? [...model.notes, closedSentence(testFoldLeftClosed)] : model.notes,
    records,
    speed: {
      answers: records.reduce((sum, { answers }) => sum + answers.filter(each => each.classifiable).length, 0),
      seconds: (performance.now() - start) / 1000,
      loadSeconds: (start - opened) / 1000,
      ...(model.precision === 'int8' && { engineSeconds: engineMs / 1000 }),
    },
  }
}

/** A threshold on probabilities without temperature, as one on those with it: the same decisions. */
function cooled(threshold: number, temperature = 1): number {
  return sigmoid(Math.log(threshold / (1 - threshold)) / temperature)
}

function refuseOtherTasks({ path, task }: OpenedModel): void {
  if (task.cutBeats || (task.unit === 'mV' && !task.width && !task.features)) return
  const problem = `how a recording becomes what task ${task.name} gives its models is not known`
  throw new HolterError({ stage: 'usage', where: path, problem, hint: 'Give the model arrays by holter run' })
}

/** A recording that was read, or the error of one that was not. */
type ReadRecord = { readonly record: string } & ({ readonly error: string } | { readonly pieces: Pieces })

/** Reads recordings and yields them in parts with enough records for one call of the model. */
async function* inParts(
  paths: readonly string[],
  input: PredictInput,
  model: OpenedModel,
  watch: Watch,
  { signal }: Context,
) {
  const heldBack = testFold()
  let part: ReadRecord[] = []
  let waiting = 0
  for (const [i, record] of paths.entries()) {
    const read = readOne(record, input, model, heldBack)
    part.push(read)
    waiting += 'pieces' in read ? read.pieces.list.length : 0
    if (waiting >= AT_A_TIME) {
      yield part
      part = []
      waiting = 0
    }
    watch.update(i + 1)
    if (i % FILES_PER_TURN > 0) continue
    await setImmediate()
    signal?.throwIfAborted()
  }
  yield part
}

function readOne(
  record: string,
  input: PredictInput,
  { task, path, drawn }: OpenedModel,
  heldBack: (record: string) => boolean,
): ReadRecord {
  try {
    const drawing = readDrawing(record)
    if (drawing && !drawn) {
      const problem = 'the model sees signals, and this is a picture'
      throw new HolterError({ stage: 'usage', where: record, problem, got: path, expected: 'a network of drawings' })
    }
    if (drawing) return { record, pieces: drawing }
    if (heldBack(record.replace(/\.(?:hea|dat)$/, ''))) {
      const problem = 'this record belongs to the test fold, which only holter evaluate --split test opens'
      throw new HolterError({ stage: 'ecg', where: record, problem })
    }
    const { rate, units = 'mV', checksum } = input
    const form = task.cutBeats ? { sampleRateHz: rate } : { sampleRateHz: rate ?? task.sampleRateHz, leads: task.leads }
    const ecg = readEcg(record, { ...form, units, checksum })
    return { record, pieces: cutRecording(ecg, record, task, input) }
  } catch (error) {
    if (!(error instanceof HolterError)) throw error
    return { record, error: error.message }
  }
}

/** Runs the model on all classifiable records of recordings. */
async function answered(read: readonly ReadRecord[], model: OpenedModel): Promise<PredictedRecord[]> {
  const { task, fitted, drawn } = model
  const good = read.flatMap(each =>
    'pieces' in each ? each.pieces.list.flatMap(({ reason }, i): Place[] => (reason ? [] : [[each.pieces, i]])) : [],
  )
  const { logits } =
    good.length > 0
      ? await model.predict(drawn ? drawings(task, good) : datasetOf(task, good), () => {})
      : { logits: new Float32Array() }
  const scores: Scores = { kind: task.kind, labels: task.labels, logits }
  const decisions = decisionsOf(scores, fitted.thresholds)
  const cool = Float64Array.from(logits, logit => logit / (fitted.temperature ?? 1))
  const all = probabilities({ ...scores, logits: cool })
  const width = task.labels.length
  let next = 0
  const answer = (piece: Piece): Answer => {
    if (piece.reason) return { ...piece, classifiable: false }
    const row = next++ * width
    return {
      ...piece,
      classifiable: true,
      called: task.labels.filter((_, j) => decisions[row + j]),
      probabilities: perLabel(task.labels, j => all[row + j]),
      logits: perLabel(task.labels, j => logits[row + j]),
    }
  }
  return read.map(each => {
    if ('error' in each) return { ...each, answers: [] }
    const { list, peaksFrom } = each.pieces
    return { record: each.record, ...(peaksFrom && { peaksFrom }), answers: list.map(answer) }
  })
}

type Place = readonly [pieces: Pieces, index: number]

/** Returns the pixels of a PNG in place of a recording; undefined where the path holds something else. */
function readDrawing(path: string): Pieces | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined
  const start = withFile(path, 'Check the path', (file, bytes) => {
    const head = new Uint8Array(Math.min(bytes, 8))
    readFully(path, file, head, 0, head.length)
    return head
  })
  if (!isPng(start) && !/\.png$/i.test(path)) return undefined
  const levels = decodeDrawing(readFile(path), path)
  return {
    list: [{ seconds: 0, judged: false, remarks: [] }],
    drawing: true,
    read: (_, out, at) => out.set(levels, at),
  }
}

/** Records and drawings as a data set of drawings. */
function drawings(task: Task, places: readonly Place[]): Dataset {
  const records = datasetOf(task, places)
  const draw = greyLevels(task)
  const record = new Float32Array(recordSize(task))
  return {
    ...records,
    ...DRAWING,
    read(index, out, at) {
      if (places[index][0].drawing) return records.read(index, out, at)
      records.read(index, record, 0)
      out.set(draw(record), at)
    },
  }
}

/** Records as a data set without labels: what models predict. */
function datasetOf(task: Task, places: readonly Place[]): Dataset {
  const { kind, samples, sampleRateHz, leads, labels, features } = task
  return {
    name: 'recordings',
    synthetic: false,
    split: 'test',
    kind,
    length: places.length,
    samples,
    sampleRateHz,
    leads,
    labels,
    targets: new Uint8Array(places.length * labels.length),
    records: places.map(([, index]) => ({ id: `${index}`, patient: '', fold: 0 })),
    read(index, out, at) {
      const [pieces, piece] = places[index]
      pieces.read(piece, out, at)
    },
    ...(features && {
      features: {
        names: features,
        read(index, out, at) {
          const [pieces, piece] = places[index]
          pieces.features!.read(piece, out, at)
        },
      },
    }),
  }
}
