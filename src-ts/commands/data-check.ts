import { Argument, Command, Option } from 'commander'
import { count } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import type { CheckDataInput, CheckedData } from '../runs/check-data.ts'
import { terminal } from './context.ts'
import { json, noChecksum, printJson, whole, within } from './options.ts'

interface CheckOptions extends Omit<CheckDataInput, 'dir'> {
  readonly json?: boolean
}

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
    const { checkData } = await import('../runs/check-data.ts')
    const found = await checkData({ ...options, dir }, terminal)
    if (options.json) printJson(found)
    else console.log(textOf(found))
    const unreadable = found.withProblems.some(({ problems }) => problems.some(({ kind }) => kind === 'unreadable'))
    if (unreadable) process.exitCode = 1
  })

function textOf({ checked, testFoldLeftClosed, withProblems }: CheckedData): string {
  const rows = withProblems.flatMap(({ record, problems }) => problems.map(({ kind, text }) => [record, kind, text]))
  const closed = testFoldLeftClosed ? `; ${count(testFoldLeftClosed)} of the test fold left closed` : ''
  const sentence = `${count(checked)} records checked, ${count(withProblems.length)} with findings${closed}.`
  return rows.length ? `${table(['record', 'finding', 'where'], rows)}\n\n${sentence}` : sentence
}
