import { basename } from 'node:path'
import { testFold } from '../ecg/datasets/test-fold.ts'
import { readEcg } from '../ecg/formats/read-ecg.ts'
import { drawer } from '../ecg/paper/draw.ts'
import { encodePng } from '../ecg/paper/png.ts'
import { HolterError } from '../errors.ts'
import { ptbxlSuperclass } from '../tasks/ptbxl-superclass.ts'
import { cutRecording, type Piece } from './cut-recording.ts'
import type { PlotInput } from './plot.ts'

export interface PlotDrawingInput extends Pick<PlotInput, 'record' | 'from' | 'rate' | 'units' | 'checksum'> {
  /** Pixels for each millimetre of paper. Default 1: what networks see. */
  readonly pixelsPerMm?: number
  /** Converts a record of another rate. */
  readonly resample?: boolean
}

/** A stretch of a record as a PNG. */
export interface PlottedDrawing extends Piece {
  /** The name of the record. */
  readonly name: string
  readonly png: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Draws ten seconds of a record as networks of drawings see them: by the way of `holter predict`, so that both give the same pixels. The test fold of
 * PTB-XL stays closed.
 */
export function plotDrawing(input: PlotDrawingInput): PlottedDrawing {
  const { record, from = 0, rate, units = 'mV', checksum, resample, pixelsPerMm } = input
  const { samples, sampleRateHz, leads } = ptbxlSuperclass
  const path = record.replace(/\.(?:hea|dat)$/i, '')
  if (testFold()(path)) {
    const problem = 'this record belongs to the test fold, which only holter evaluate --split test opens'
    throw new HolterError({ stage: 'ecg', where: record, problem, hint: 'Plot a record of another fold' })
  }
  const ecg = readEcg(record, { sampleRateHz: rate ?? sampleRateHz, leads, units, checksum })
  const pieces = cutRecording(ecg, record, ptbxlSuperclass, { resample })
  const index = pieces.list.findIndex(({ seconds }) => seconds === from)
  if (index < 0) {
    const problem = 'networks see a recording in stretches, and none begins there'
    const expected = pieces.list.map(({ seconds }) => `${seconds}`).slice(0, 4)
    const more = pieces.list.length > expected.length ? ', …' : ''
    throw new HolterError({ stage: 'usage', where: '--from', problem, got: from, expected: expected.join(', ') + more })
  }
  const values = new Float32Array(samples * leads.length)
  pieces.read(index, values, 0)
  const { width, height, draw } = drawer(ptbxlSuperclass, pixelsPerMm)
  const levels = new Uint8Array(width * height)
  draw(values, levels)
  return { ...pieces.list[index], name: basename(path), png: encodePng(levels, width, height), width, height }
}
