import { basename, dirname, resolve } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { clearestLead, detectQrs } from '../ecg/beats/qrs.ts'
import { recordQuality } from '../ecg/checks/quality.ts'
import { testFoldOf } from '../ecg/datasets/test-fold.ts'
import { type EcgWindow, readWindow } from '../ecg/formats/read-window.ts'
import { limbLeadsProblem } from '../ecg/signal/limb-leads.ts'
import { VOLTAGES } from '../ecg/signal/voltage-units.ts'
import { byName, HolterError } from '../errors.ts'
import { writeFile } from '../files.ts'
import { ecgStrip } from '../report/ecg-strip.ts'
import { noChecksum, within } from './options.ts'

interface PlotOptions {
  out?: string
  from: number
  seconds: number
  leads?: string
  beats?: boolean
  rate?: number
  units?: string
  checksum: boolean
}

/** The detector has learnt by then what beats look like, and a peak at the window's end gets its other half. */
const BEFORE_SECONDS = 10
const AFTER_SECONDS = 3

/** `holter plot`: a record on paper. */
export const plot = new Command('plot')
  .summary('draw a record as on ECG paper')
  .description(
    'Draws an ECG (WFDB, EDF, CSV or .npy) as SVG at 25 mm/s and 10 mm/mV: twelve leads as on a clinical sheet, others in a row each. ' +
      'Says on stderr what is wrong with its leads. The test fold of PTB-XL stays closed.',
  )
  .addArgument(new Argument('<record>', 'WFDB record, with or without .hea, or a file of another format'))
  .addOption(new Option('-o, --out <file>', 'SVG file to write (default: the name of the record, in this folder)'))
  .addOption(new Option('--from <s>', 'where to begin, in seconds').argParser(within(0, 1e9)).default(0))
  .addOption(new Option('--seconds <s>', 'how much to draw').argParser(within(1, 600)).default(10))
  .addOption(new Option('--leads <names>', 'leads to draw, with commas between them (default: all)'))
  .addOption(new Option('--beats', 'mark the beats that the QRS detector finds'))
  .addOption(new Option('--rate <hz>', 'sample rate of a CSV or .npy file').argParser(within(1, 1e6)))
  .addOption(new Option('--units <unit>', 'unit of a CSV or .npy file').choices(VOLTAGES))
  .addOption(noChecksum())
  .addHelpText('after', '\nExample: holter plot mitdb/208 --from 60 --seconds 10 --beats --out 208.svg')
  .action((path: string, options: PlotOptions) => {
    const record = path.replace(/\.(?:hea|dat|edf|csv|npy)$/i, '')
    if (testFoldOf(dirname(resolve(record)))(record)) {
      const problem = 'this record belongs to the test fold, which only holter evaluate --split test opens'
      throw new HolterError({ stage: 'ecg', where: record, problem, hint: 'Plot a record of another fold' })
    }
    const window = chooseLeads(read(path, options.from, options.seconds, options), options.leads, path)
    const usable = sayQuality(window)
    if (!usable && options.rate) console.error(`Is ${options.rate} Hz the right sample rate?`)
    const beats = options.beats && usable ? beatsIn(window, path, options) : undefined
    if (options.beats) console.error(beatsSentence(beats, window.sampleRateHz))
    const file = options.out ?? `${basename(record)}.svg`
    writeFile(file, ecgStrip({ ...paperOf(window, basename(record)), seconds: options.seconds, beats }))
    console.log(file)
  })

function read(path: string, fromS: number, seconds: number, { rate, units, checksum }: PlotOptions): EcgWindow {
  return readWindow(path, fromS, seconds, { sampleRateHz: rate, units, checksum })
}

/** Returns the window with the leads that were asked for, in that order. */
function chooseLeads(window: EcgWindow, names: string | undefined, path: string): EcgWindow {
  if (window.leads.size === 0) {
    throw new HolterError({
      stage: 'ecg',
      where: path,
      problem: 'none of its signals is a voltage',
      got: window.others.join(', '),
    })
  }
  if (names === undefined) return window
  const known = [...window.leads].map(([name, values]) => ({
    name: name.toUpperCase(),
    entry: [name, values] as const,
  }))
  const chosen = names.split(',').map(name => byName('lead', name.trim().toUpperCase(), known).entry)
  return { ...window, leads: new Map(chosen) }
}

/** Says what is wrong with the window, and returns whether one of its leads is good enough to look for beats. */
function sayQuality({ leads, sampleRateHz, others }: EcgWindow): boolean {
  if (others.length > 0) console.error(`Left out, no voltages: ${others.join(', ')}.`)
  const quality = recordQuality(leads, sampleRateHz)
  for (const { lead, findings } of quality.leads) {
    for (const { kind, text } of findings) console.error(`${lead}: ${kind}, ${text}`)
  }
  const limbs = limbLeadsProblem(new Map([...leads].map(([name, values]) => [name.toUpperCase(), values])))
  if (limbs) console.error(`Limb leads: ${limbs}.`)
  if (!quality.classifiable) console.error(`Not classifiable: ${quality.reason}.`)
  return quality.leads.some(({ usable }) => usable)
}

/** Beats by sample number of the window, found in the clearest of its leads; what stands before the window is for learning. */
function beatsIn({ fromS, leads, sampleRateHz }: EcgWindow, path: string, options: PlotOptions): number[] {
  const begin = Math.max(0, fromS - BEFORE_SECONDS)
  const context = read(path, begin, fromS - begin + options.seconds + AFTER_SECONDS, options)
  const signals = [...leads.keys()].map(name => context.leads.get(name)!)
  const beats = detectQrs(signals[clearestLead(signals, sampleRateHz)], sampleRateHz)
  const first = Math.round((fromS - context.fromS) * sampleRateHz)
  const samples = leads.values().next().value?.length ?? 0
  return [...beats].map(beat => beat - first).filter(beat => beat >= 0 && beat < samples)
}

/** Beats and their rate, by which a wrong sample rate may be seen. */
function beatsSentence(beats: readonly number[] | undefined, sampleRateHz: number): string {
  // In noise alone the detector would find something; it is not asked.
  if (beats === undefined) return 'No beats are marked: no lead is usable.'
  if (beats.length < 2) return `${beats.length === 0 ? 'No beat' : 'One beat'} found.`
  const perMinute = (60 * sampleRateHz * (beats.length - 1)) / (beats[beats.length - 1] - beats[0])
  return `${beats.length} beats found, ${perMinute.toFixed(0)} per minute.`
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
