import { join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { datasets } from '../ecg/datasets/datasets.ts'
import { DATA_URL, fetchDataset } from '../ecg/datasets/fetch-dataset.ts'
import { fetchCacheDir } from '../ecg/datasets/find-data.ts'
import { byName } from '../errors.ts'
import { progress } from '../report/progress.ts'
import { interruptible } from './interrupt.ts'
import { whole } from './options.ts'

interface FetchCommandOptions {
  from?: string
  out?: string
  jobs: number
}

const fetchable = datasets.flatMap(({ source, ...dataset }) => (source ? [{ ...dataset, source }] : []))
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

/** `holter data fetch`: a data set from its publisher, every file checked. */
export const dataFetch = new Command('fetch')
  .summary('download a data set; goes on where it was stopped')
  .description(
    `Downloads a data set from ${DATA_URL} into the cache (HOLTER_CACHE_DIR, else ~/.cache/holter), where tasks find it. Every file is held ` +
      'against its SHA-256; what is there is kept, so that the same command goes on after a stop.',
  )
  .addArgument(new Argument('<name>', fetchable.map(({ name }) => name).join(' or ')))
  .addOption(new Option('--from <url>', 'a mirror of the same layout (default: HOLTER_DATA_URL, then the publisher)'))
  .addOption(new Option('-o, --out <dir>', 'folder to download into, instead of the cache'))
  .addOption(new Option('-j, --jobs <n>', 'downloads at a time').argParser(whole(1)).default(8))
  .addHelpText('after', '\nExample: holter data fetch mit-bih')
  .action(async (name: string, { from, out, jobs }: FetchCommandOptions) => {
    const { source, licence, cite } = byName('data set to fetch', name, fetchable)
    const dir = out ?? join(fetchCacheDir(), name)
    const base = from ?? (process.env.HOLTER_DATA_URL || DATA_URL)
    const bar = progress({ title: name, unit: 'files' })
    const { files, bytes } = await interruptible(signal =>
      fetchDataset(source, dir, {
        base,
        jobs,
        signal,
        report: state => bar.update(state.files, { total: state.total, text: megabytes(state.bytes) }),
      }),
    )
    bar.stop()
    console.log(`${files.toLocaleString('en')} files of ${name} are in ${dir} (${megabytes(bytes)} downloaded).`)
    console.log(`Licence: ${licence}. Cite: ${cite}.`)
  })
