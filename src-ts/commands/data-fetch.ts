import { Argument, Command, Option } from 'commander'
import { DATA_URL } from '../ecg/datasets/fetch-dataset.ts'
import { count } from '../report/numbers.ts'
import { type FetchDataInput, fetchable, fetchData, megabytes } from '../runs/fetch-data.ts'
import { inTerminal, interrupted } from './context.ts'
import { json, printJson, whole } from './options.ts'

/** `holter data fetch`: a data set from its publisher, every file checked. */
export const dataFetch = new Command('fetch')
  .summary('download a data set; resumes where it stopped')
  .description(
    `Downloads a data set from ${DATA_URL} into the cache (HOLTER_CACHE_DIR, else ~/.cache/holter), where tasks find it. Every file ` +
      'is checked against its SHA-256. Files that are already there are kept, so the same command resumes after an interruption.',
  )
  .addArgument(new Argument('<name>', fetchable.map(({ name }) => name).join(' or ')))
  .addOption(new Option('--from <url>', 'mirror with the same layout (default: HOLTER_DATA_URL, then the publisher)'))
  .addOption(new Option('-o, --out <dir>', 'folder to download into (default: the cache)'))
  .addOption(new Option('-j, --jobs <n>', 'parallel downloads').argParser(whole(1)).default(8))
  .addOption(json())
  .addHelpText('after', '\nExample: holter data fetch mit-bih')
  .action(async (name: string, options: Omit<FetchDataInput, 'name'> & { readonly json?: boolean }) => {
    const fetched = await inTerminal(context => fetchData({ ...options, name }, context))
    if (!fetched) return interrupted('the same command resumes it')
    if (options.json) return printJson(fetched)
    const { dir, files, bytes, licence, cite } = fetched
    console.log(`${count(files)} files of ${name} are in ${dir} (${megabytes(bytes)} downloaded).`)
    console.log(`Licence: ${licence}. Cite: ${cite}.`)
  })
