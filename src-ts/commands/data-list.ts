import { Command } from 'commander'
import { table } from '../report/terminal.ts'
import { json, printJson } from './options.ts'

/** `holter data list`: the data sets that tasks can use, and where they lie on this machine. */
export const dataList = new Command('list')
  .summary('list the known data sets and where they are')
  .addOption(json())
  .addHelpText('after', '\nExample: holter data list')
  .action(async (options: { json?: boolean }) => {
    const { listData } = await import('../runs/list-data.ts')
    const rows = listData()
    if (options.json) return printJson(rows)
    const absent = (fetchable: boolean, name: string) =>
      fetchable ? `not here: holter data fetch ${name}` : 'not here'
    console.log(
      table(
        ['name', 'what', 'licence', 'folder'],
        rows.map(row => [row.name, row.title, row.licence, row.folder ?? absent(row.fetchable, row.name)]),
        120,
      ),
    )
    console.log('\nWithout any of them, synthetic 12-lead records are drawn. ECG_DATA_DIR names the folder to look in.')
  })
