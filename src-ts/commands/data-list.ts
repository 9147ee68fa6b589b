import { Command } from 'commander'
import { datasets } from '../ecg/datasets/datasets.ts'
import { fetchCacheDir } from '../ecg/datasets/find-data.ts'
import { table } from '../report/terminal.ts'
import { json, printJson } from './options.ts'

/** `holter data list`: the data sets that tasks can use, and where they lie on this machine. */
export const dataList = new Command('list')
  .summary('show the known data sets and where they are found')
  .addOption(json())
  .action((options: { json?: boolean }) => {
    const roots = [process.env.ECG_DATA_DIR, fetchCacheDir()].flatMap(root => root || [])
    const rows = datasets.map(({ name, title, licence, cite, locate, source }) => ({
      name,
      title,
      licence,
      cite,
      fetchable: source !== undefined,
      folder: roots.map(root => locate(root)).find(folder => folder !== undefined) ?? null,
    }))
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
