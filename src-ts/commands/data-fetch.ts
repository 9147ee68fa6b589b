import { Argument, Command, Option } from 'commander'
import { DATA_URL } from '../ecg/datasets/fetch-dataset.ts'
import { count } from '../report/numbers.ts'
import { type FetchDataInput, fetchable, fetchData, megabytes } from '../runs/fetch-data.ts'
import { inTerminal } from './context.ts'
import { whole } from './options.ts'

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
  .action(async (name: string, options: Omit<FetchDataInput, 'name'>) => {
    const { dir, files, bytes, licence, cite } = await inTerminal(context => fetchData({ ...options, name }, context))
    console.log(`${count(files)} files of ${name} are in ${dir} (${megabytes(bytes)} downloaded).`)
    console.log(`Licence: ${licence}. Cite: ${cite}.`)
  })
