import { Argument, Command, Option } from 'commander'
import { VOLTAGES } from '../ecg/signal/voltage-units.ts'
import { HolterError } from '../errors.ts'
import { writeFile } from '../files.ts'
import { counted } from '../report/numbers.ts'
import type { PlotInput, Plotted } from '../runs/plot.ts'
import type { PlotDrawingInput } from '../runs/plot-drawing.ts'
import { json, noChecksum, printJson, whole, within } from './options.ts'

interface PlotOptions extends Omit<PlotInput, 'record' | 'leads'>, Pick<PlotDrawingInput, 'pixelsPerMm' | 'resample'> {
  readonly out?: string
  readonly image?: string
  readonly leads?: string
  readonly json?: boolean
}

/** `holter plot`: a record on paper. */
export const plot = new Command('plot')
  .summary('draw a record on ECG paper')
  .description(
    'Draws an ECG (WFDB, EDF, CSV or .npy) as SVG at 25 mm/s and 10 mm/mV: twelve leads in the clinical layout, any other number one below the other. ' +
      'Reports problems of the leads on stderr. With --image draws ten seconds of twelve leads as PNG, as networks of drawings see them (vit-drawn). The test fold of PTB-XL stays closed.',
  )
  .addArgument(new Argument('<record>', 'WFDB record, with or without .hea, or a file of another format'))
  .addOption(new Option('-o, --out <file>', 'SVG file to write (default: RECORD.svg in the current folder)'))
  .addOption(new Option('--from <s>', 'start of the drawing, in seconds').argParser(within(0, 1e9)).default(0))
  .addOption(new Option('--seconds <s>', 'length of the drawing, in seconds').argParser(within(1, 600)).default(10))
  .addOption(new Option('--leads <names>', 'leads to draw, separated by commas (default: all)'))
  .addOption(new Option('--beats', 'mark the beats that the QRS detector finds'))
  .addOption(
    new Option(
      '--annotations <ext>',
      'draw the annotations of RECORD.EXT (default: those of RECORD.atr, if it is there)',
    ),
  )
  .addOption(
    new Option('--image <file>', 'PNG file to write: what holter predict takes for a network of drawings').conflicts([
      'out',
      'seconds',
      'leads',
      'beats',
      'annotations',
    ]),
  )
  .addOption(
    new Option('--pixels-per-mm <n>', 'pixels per mm of the PNG; networks see one (default: 1)').argParser(
      whole(1, 16),
    ),
  )
  .option('--resample', 'convert a record of another rate for the PNG')
  .addOption(new Option('--rate <hz>', 'sample rate of a CSV or .npy file').argParser(within(1, 1e6)))
  .addOption(new Option('--units <unit>', 'unit of a CSV or .npy file').choices(VOLTAGES))
  .addOption(noChecksum())
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples: holter plot mitdb/208 --from 60 --seconds 10 --beats --out 208.svg\n          holter plot ptb-xl/records100/00000/00001_lr --image 1.png',
  )
  .action(async (record: string, { out, leads, json, image, ...options }: PlotOptions) => {
    if (image !== undefined) return writeImage(image, { ...options, record }, json)
    requireImage(options)
    const { plot } = await import('../runs/plot.ts')
    const plotted = plot({ ...options, record, leads: leads?.split(',') })
    for (const sentence of sentencesOf(plotted, options)) console.error(sentence)
    const file = out ?? `${plotted.name}.svg`
    writeFile(file, plotted.svg)
    if (!json) return console.log(file)
    const { svg: _, ...found } = plotted
    printJson({ file, ...found })
  })

/** Draws what networks see. */
async function writeImage(file: string, input: PlotDrawingInput, json?: boolean): Promise<void> {
  const { plotDrawing } = await import('../runs/plot-drawing.ts')
  const { png, ...drawn } = plotDrawing(input)
  for (const { lead, kind, text } of drawn.remarks) console.error(`${lead}: ${kind}, ${text}`)
  if (drawn.reason) console.error(`Not classifiable: ${drawn.reason}.`)
  writeFile(file, png)
  if (!json) return console.log(file)
  printJson({ file, ...drawn })
}

function requireImage({ pixelsPerMm, resample }: PlotOptions): void {
  if (pixelsPerMm === undefined && !resample) return
  const where = resample ? '--resample' : '--pixels-per-mm'
  throw new HolterError({ stage: 'usage', where, problem: 'only a PNG has it', hint: 'Name one by --image FILE.png' })
}

/** What is wrong with the record, and which beats were found. */
function sentencesOf(plotted: Plotted, options: PlotOptions): string[] {
  const { leftOut, quality, limbLeads, usable, annotations } = plotted
  const findings = quality.leads.flatMap(lead =>
    lead.findings.map(({ kind, text }) => `${lead.lead}: ${kind}, ${text}`),
  )
  return [
    ...(leftOut.length > 0 ? [`Left out because they are not voltages: ${leftOut.join(', ')}.`] : []),
    ...findings,
    ...(limbLeads ? [`Limb leads: ${limbLeads}.`] : []),
    ...(quality.classifiable ? [] : [`Not classifiable: ${quality.reason}.`]),
    ...(!usable && options.rate ? [`Is ${options.rate} Hz the right sample rate?`] : []),
    ...(options.beats ? [beatsSentence(plotted)] : []),
    ...(annotations ? [`${counted(annotations.length, 'annotation')} drawn.`] : []),
  ]
}

/** Beats and their rate, by which a wrong sample rate may be seen. */
function beatsSentence({ beats, sampleRateHz }: Plotted): string {
  // In noise alone the detector would find something; it is not asked.
  if (beats === undefined) return 'No beats are marked: no lead is usable.'
  if (beats.length < 2) return `${beats.length === 0 ? 'No beat' : 'One beat'} found.`
  const perMinute = (60 * sampleRateHz * (beats.length - 1)) / (beats[beats.length - 1] - beats[0])
  return `${beats.length} beats found, ${perMinute.toFixed(0)} per minute.`
}
