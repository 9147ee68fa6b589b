import { setImmediate } from 'node:timers/promises'
import { Argument, Command, Option } from 'commander'
import { checkRecords, findRecords, type Verdict } from '../ecg/checks/check.ts'
import { testFoldOf } from '../ecg/datasets/test-fold.ts'
import { progress } from '../report/progress.ts'
import { table } from '../report/terminal.ts'
import { json, noChecksum, printJson, whole, within } from './options.ts'

interface CheckOptions {
  samples?: number
  rate?: number
  checksum: boolean
  json?: boolean
}

/** Records between two looks at the event loop, so that the bar is drawn and Ctrl-C is heard. */
const RECORDS_PER_TURN = 16

/** `holter data check`: what is wrong with the records of a folder. */
export const dataCheck = new Command('check')
  .summary('look for records that are unreadable, flat, saturated or have exchanged leads')
  .description(
    'Reads every WFDB record at or below a folder. Exit code 1 if one cannot be read. The test fold of PTB-XL stays closed.',
  )
  .addArgument(new Argument('<dir>', 'folder with records'))
  .addOption(new Option('--samples <n>', 'samples that every record is to have').argParser(whole(1)))
  .addOption(new Option('--rate <hz>', 'sample rate that every record is to have').argParser(within(1, 1e6)))
  .addOption(noChecksum())
  .addOption(json())
  .addHelpText('after', '\nExample: holter data check ptb-xl/records100 --samples 1000 --rate 100')
  .action(async (dir: string, options: CheckOptions) => {
    const closed = testFoldOf(dir)
    const all = findRecords(dir)
    const records = all.filter(record => !closed(record))
    const bar = progress({ title: 'check', unit: 'records', total: records.length })
    const verdicts: Verdict[] = []
    const { samples, rate: sampleRateHz, checksum } = options
    for (const verdict of checkRecords(dir, records, { samples, sampleRateHz }, { checksum })) {
      verdicts.push(verdict)
      bar.update(verdicts.length)
      if (verdicts.length % RECORDS_PER_TURN === 0) await setImmediate()
    }
    bar.stop()
    const bad = verdicts.filter(({ problems }) => problems.length > 0)
    const closedCount = all.length - records.length
    if (options.json) printJson({ checked: verdicts.length, testFoldLeftClosed: closedCount, withProblems: bad })
    else console.log(summary(verdicts.length, closedCount, bad))
    if (bad.some(({ problems }) => problems.some(({ kind }) => kind === 'unreadable'))) process.exitCode = 1
  })

function summary(checked: number, closed: number, bad: readonly Verdict[]): string {
  const number = (n: number) => n.toLocaleString('en')
  const rows = bad.flatMap(({ record, problems }) => problems.map(({ kind, text }) => [record, kind, text]))
  const left = closed ? `; ${number(closed)} of the test fold left closed` : ''
  const sentence = `${number(checked)} records checked, ${number(bad.length)} with findings${left}.`
  return rows.length ? `${table(['record', 'finding', 'where'], rows)}\n\n${sentence}` : sentence
}
