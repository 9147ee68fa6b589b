import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { VOLTAGES } from '../ecg/signal/voltage-units.ts'
import { count } from '../report/numbers.ts'
import { facts } from '../report/terminal.ts'
import type { MonitorDisplay, MonitorInput, MonitorResult } from '../runs/monitor.ts'
import { inTerminal } from './context.ts'
import { terminalView } from './monitor-terminal.ts'
import { json, noChecksum, printJson, whole, within } from './options.ts'

interface MonitorOptions extends Omit<MonitorInput, 'source' | 'leads' | 'sampleRateHz' | 'notchHz' | 'display'> {
  readonly leads?: string
  readonly rate?: number
  readonly notch?: '50' | '60'
  readonly for?: number
  readonly serve?: number | true
  readonly json?: boolean
}

/** `holter monitor`: samples in, beats and alarms out. */
export const monitor = new Command('monitor')
  .summary('watch a heart: classify beats as they come, raise alarms')
  .description(
    'Analyses an ECG as it arrives, in integers: every beat gets a label (N S V F, Q where the signal is too poor), rules raise alarms ' +
      '(docs/monitor.md lists them), recordings of 12 leads are classified once a second. SOURCE is a recording (WFDB, EDF, CSV, .npy), ' +
      '- for rows of numbers on stdin, or udp:PORT for datagrams on loopback. With --out it writes RECORD.hol (WFDB annotations), ' +
      'events.jsonl and summary.html. Not a medical device.',
  )
  .addArgument(new Argument('<source>', 'recording, - for stdin, or udp:[HOST:]PORT'))
  .addOption(
    new Option('-s, --speed <x>', 'how fast a recording is played: 1 at its own pace, max as fast as possible')
      .argParser(speed)
      .default(1, '1'),
  )
  .option('-o, --out <dir>', 'folder to write to')
  .option('--resume', 'continue where a run with this --out was cut off')
  .addOption(new Option('--for <s>', 'end after this many seconds of signal').argParser(within(1, 1e9)))
  .addOption(
    new Option('--serve [port]', 'show it on a web page of this machine (default: any free port)').argParser(
      whole(0, 65_535),
    ),
  )
  .addOption(new Option('--notch <hz>', 'filter out mains hum of this frequency').choices(['50', '60']))
  .option('--rules <file>', 'table of rules (default: the built-in one)')
  .option('--model <file>', 'network of beats (default: beat-rr)')
  .option('--window-model <file>', 'network of 12-lead windows (default: ecg-tiny)')
  .addOption(
    new Option('-e, --engine <engine>', 'what runs the networks').choices(['node', 'reference']).default('node'),
  )
  .addOption(new Option('--rate <hz>', 'sample rate of CSV, .npy and stdin').argParser(within(100, 1000)))
  .addOption(new Option('--units <unit>', 'unit of CSV, .npy and stdin').choices(VOLTAGES))
  .addOption(new Option('--leads <names>', 'names of the leads, separated by commas, of stdin and UDP'))
  .addOption(noChecksum())
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples: holter monitor mitdb/208 --speed max --out build/208\n' +
      '          holter monitor mitdb/208 --serve 8080\n' +
      '          tools/send-ecg mitdb/208 9000 & holter monitor udp:9000 --leads MLII,V1 --out build/live',
  )
  .action(
    async (source: string, { leads, rate, notch, for: seconds, serve, json: asJson, ...options }: MonitorOptions) => {
      const { monitor } = await import('../runs/monitor.ts')
      const page = serve === undefined ? undefined : await openPage(serve === true ? 0 : serve)
      const view = !asJson && options.speed !== Number.POSITIVE_INFINITY ? terminalView() : undefined
      const displays = [page, view].filter(display => display !== undefined)
      const input = {
        ...options,
        source,
        seconds,
        leads: leads?.split(',').map(name => name.trim()),
        sampleRateHz: rate,
        notchHz: notch === undefined ? undefined : notch === '50' ? (50 as const) : (60 as const),
        ...(displays.length > 0 && { display: together(displays) }),
      }
      const run = () => inTerminal(({ watch, ...context }) => monitor(input, { ...context, ...(!view && { watch }) }))
      const result = await run().finally(() => page?.close())
      if (!result) return
      if (asJson) printJson(result)
      else console.log(textOf(result))
    },
  )

async function openPage(port: number) {
  const { MonitorPage } = await import('../runs/serve-monitor.ts')
  const page = await MonitorPage.open(port)
  console.error(`The page is at ${page.address}`)
  return page
}

/** Shows everything to several. */
function together(displays: readonly MonitorDisplay[]): MonitorDisplay {
  return {
    start: (recording, alarms) => displays.forEach(display => void display.start(recording, alarms)),
    frame: (frames, at) => displays.forEach(display => void display.frame(frames, at)),
    observe: observation => displays.forEach(display => void display.observe(observation)),
    event: event => displays.forEach(display => void display.event(event)),
    update: seconds => displays.forEach(display => void display.update(seconds)),
  }
}

function speed(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY
  const value = Number(text)
  if (text.trim() && value >= 0.1 && value <= 1000) return value
  throw new InvalidArgumentError('It must be a number from 0.1 to 1000, or max.')
}

function textOf(result: MonitorResult): string {
  const { beats, alarmCounts, latency, longestPause, poorSeconds, gaps, files } = result
  const labels = Object.entries(beats).map(([label, number]) => `${label} ${count(number)}`)
  const alarms = Object.entries(alarmCounts).map(([rule, number]) => `${rule} ${number}`)
  return facts([
    [
      'recording',
      `${result.record}: ${result.seconds.toFixed(0)} s of ${result.leads.join(', ')}${result.stopped ? ', stopped' : ''}`,
    ],
    ['beats', labels.join(', ')],
    ['alarms', alarms.join(', ') || 'none'],
    ['longest pause', longestPause ? `${longestPause.seconds.toFixed(2)} s` : 'none'],
    ['signal', `${poorSeconds.toFixed(0)} s not classifiable, ${gaps} gaps`],
    ['labels', `${latency.beats - latency.late} of ${latency.beats} within 0.6 s of the next R peak`],
    [
      'work',
      `${result.cpuSeconds.toFixed(1)} s of processor time, at most ${(result.peakMemoryBytes / 2 ** 20).toFixed(0)} MB`,
    ],
    ...files.map(file => ['file', file] as const),
  ])
}
