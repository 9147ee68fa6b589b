import { Argument, Command, Option } from 'commander'
import { VOLTAGES } from '../ecg/signal/voltage-units.ts'
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
  .summary('find all that is wrong with the records of a folder')
  .description(
    'Reads every record of a folder and names all findings at once: files that cannot be read, another rate, length or leads, missing ' +
      'samples, flat, saturated or noisy leads, wander, offsets, excursions, wrong units, exchanged limb leads. In a folder with labels.csv ' +
      'these are its files (WFDB, EDF, CSV, .npy), and the table is checked, too; elsewhere the WFDB records at or below it. ' +
      'Exits with 1 if one cannot be used. The test fold of PTB-XL stays closed.',
  )
  .addArgument(new Argument('<dir>', 'folder with records'))
  .option(
    '-t, --task <task>',
    'task of a folder with labels.csv: name or file (default: its holter.task.json, else ptbxl-superclass)',
  )
  .addOption(new Option('--samples <n>', 'number of samples that every record must have').argParser(whole(1)))
  .addOption(
    new Option(
      '--rate <hz>',
      'sample rate that every record must have; with labels.csv that of CSV and .npy files',
    ).argParser(within(1, 1e6)),
  )
  .addOption(new Option('--units <unit>', 'unit of CSV and .npy files (default: mV)').choices(VOLTAGES))
  .option('--resample', 'files of another rate than the task are converted, and no finding')
  .addOption(noChecksum())
  .addOption(json())
  .addHelpText('after', '\nExample: holter data check ptb-xl/records100 --samples 1000 --rate 100')
  .action(async (dir: string, options: CheckOptions) => {
    const { checkData } = await import('../runs/check-data.ts')
    const found = await checkData({ ...options, dir }, terminal)
    if (options.json) printJson(found)
    else console.log(textOf(found))
    if (found.unusable > 0) process.exitCode = 1
  })

function textOf({ checked, testFoldLeftClosed, withProblems, unusable, notes }: CheckedData): string {
  const rows = withProblems.flatMap(({ record, problems }) => problems.map(({ kind, text }) => [record, kind, text]))
  const closed = testFoldLeftClosed ? `; ${count(testFoldLeftClosed)} of the test fold not opened` : ''
  const bad = unusable ? `, ${count(unusable)} cannot be used` : ''
  const sentence = `${count(checked)} records checked, ${count(withProblems.length)} with findings${bad}${closed}.`
  const shown = rows.length ? [table(['record', 'finding', 'where'], rows, process.stdout.columns), ''] : []
  return [...shown, sentence, ...notes].join('\n')
}
