import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { clearestLead, detectQrs } from '../ecg/beats/qrs.ts'
import { type RecordQuality, recordQuality } from '../ecg/checks/quality.ts'
import { testFold } from '../ecg/datasets/test-fold.ts'
import { type EcgWindow, readWindow } from '../ecg/formats/read-window.ts'
import { readAnnotations } from '../ecg/formats/wfdb-annotations.ts'
import { limbLeadsProblem } from '../ecg/signal/limb-leads.ts'
import { byName, HolterError } from '../errors.ts'
import { ecgStrip } from '../report/ecg-strip.ts'

/** The detector has learnt by then what beats look like, and a peak at the window's end gets its other half. */
const BEFORE_SECONDS = 10
const AFTER_SECONDS = 3

export interface PlotInput {
  /** A WFDB record, with or without .hea, or a file of another format. */
  readonly record: string
  /** Where to begin, in seconds. Default 0. */
  readonly from?: number
  /** Seconds to draw. Default 10. */
  readonly seconds?: number
  /** Names of the leads to draw, in this order. Default all. */
  readonly leads?: readonly string[]
  /** Looks for beats and marks them, if a lead is good enough. */
  readonly beats?: boolean
  /** Extension of the file whose annotations are drawn. Default: atr, where there is one. */
  readonly annotations?: string
  /** Sample rate in Hz and unit of a CSV or .npy file. */
  readonly rate?: number
  readonly units?: string
  /** False reads records whose samples differ from their checksums, too. Default true. */
  readonly checksum?: boolean
}

/** A record on paper, and what is wrong with it. */
export interface Plotted {
  /** The name of the record. */
  readonly name: string
  /** The drawing, as on ECG paper: 25 mm/s and 10 mm/mV. */
  readonly svg: string
  readonly quality: RecordQuality
  /** What speaks against the limb leads being what they say, if they are there. */
  readonly limbLeads?: string
  /** Signals that are no voltages. */
  readonly leftOut: readonly string[]
  /** Whether a lead is good enough to look for beats. */
  readonly usable: boolean
  /** Sample numbers of the beats within the drawing; absent when nobody asked or no lead is usable. */
  readonly beats?: readonly number[]
  /** What stands in the drawing above the leads, by sample number of the record; absent without a file of annotations. */
  readonly annotations?: readonly { readonly sample: number; readonly symbol: string }[]
  readonly sampleRateHz: number
}

/** Draws a part of a record. The test fold of PTB-XL stays closed: its records are an error. */
export function plot(input: PlotInput): Plotted {
  const { from = 0, seconds = 10 } = input
  const record = input.record.replace(/\.(?:hea|dat|edf|csv|npy)$/i, '')
  if (testFold()(record)) {
    const problem = 'this record belongs to the test fold, which only holter evaluate --split test opens'
    throw new HolterError({ stage: 'ecg', where: record, problem, hint: 'Plot a record of another fold' })
  }
  const window = chooseLeads(read(input, from, seconds), input)
  const { leads, sampleRateHz, others } = window
  const quality = recordQuality(leads, sampleRateHz)
  const usable = quality.leads.some(lead => lead.usable)
  const beats = input.beats && usable ? beatsIn(window, input, seconds) : undefined
  const name = basename(record)
  const noted = annotationsIn(window, record, input.annotations)
  const first = Math.round(window.fromS * sampleRateHz)
  const drawn = noted?.map(({ sample, symbol }) => ({ sample: sample - first, symbol }))
  const svg = ecgStrip({ ...paperOf(window, name), seconds, beats, annotations: drawn })
  const limbLeads = limbLeadsProblem(new Map([...leads].map(([lead, values]) => [lead.toUpperCase(), values])))
  return { name, svg, quality, limbLeads, leftOut: others, usable, beats, annotations: noted, sampleRateHz }
}

function read({ record, rate, units, checksum = true }: PlotInput, fromS: number, seconds: number): EcgWindow {
  return readWindow(record, fromS, seconds, { sampleRateHz: rate, units, checksum })
}

/** Returns the window with the leads that were asked for, in that order. */
function chooseLeads(window: EcgWindow, { record, leads }: PlotInput): EcgWindow {
  if (window.leads.size === 0) {
    const problem = 'none of its signals is a voltage'
    throw new HolterError({ stage: 'ecg', where: record, problem, got: window.others.join(', ') })
  }
  if (leads === undefined) return window
  const known = [...window.leads].map(([name, values]) => ({
    name: name.toUpperCase(),
    entry: [name, values] as const,
  }))
  const chosen = leads.map(name => byName('lead', name.trim().toUpperCase(), known).entry)
  return { ...window, leads: new Map(chosen) }
}

/** Beats by sample number of the window, found in the clearest of its leads; what stands before the window is for learning. */
function beatsIn({ fromS, leads, sampleRateHz }: EcgWindow, input: PlotInput, seconds: number): number[] {
  const begin = Math.max(0, fromS - BEFORE_SECONDS)
  const context = read(input, begin, fromS - begin + seconds + AFTER_SECONDS)
  const signals = [...leads.keys()].map(name => context.leads.get(name)!)
  const beats = detectQrs(signals[clearestLead(signals, sampleRateHz)], sampleRateHz)
  const first = Math.round((fromS - context.fromS) * sampleRateHz)
  const samples = leads.values().next().value?.length ?? 0
  return [...beats].map(beat => beat - first).filter(beat => beat >= 0 && beat < samples)
}

/** Annotations of the window; of a change of rhythm its name stands there, (AFIB, not the sign of all such changes. */
function annotationsIn({ fromS, leads, sampleRateHz }: EcgWindow, record: string, extension?: string) {
  const file = `${record}.${extension ?? 'atr'}`
  if (extension === undefined && !existsSync(file)) return undefined
  const { list, resolutionHz = sampleRateHz } = readAnnotations(file)
  const first = Math.round(fromS * sampleRateHz)
  const samples = leads.values().next().value?.length ?? 0
  return list
    .map(({ sample, symbol, aux }) => ({
      sample: Math.round((sample * sampleRateHz) / resolutionHz),
      symbol: symbol === '+' && aux ? aux.replace(/\p{Cc}/gu, '') : symbol,
    }))
    .filter(({ sample }) => sample >= first && sample < first + samples)
}

function paperOf({ leads, sampleRateHz, fromS }: EcgWindow, record: string) {
  const signals = [...leads.values()]
  const signal = new Float32Array(signals[0].length * signals.length)
  for (const [lead, values] of signals.entries()) {
    for (let t = 0; t < values.length; t++) signal[t * signals.length + lead] = values[t]
  }
  const end = fromS + signals[0].length / sampleRateHz
  const note = `${record}, ${Number(fromS.toFixed(2))}–${Number(end.toFixed(2))} s`
  return { signal, leads: [...leads.keys()], sampleRateHz, title: `ECG of record ${note}`, note }
}
