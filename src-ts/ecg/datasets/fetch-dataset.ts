import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { writeFile } from '../../files.ts'
import type { DatasetSource } from './datasets.ts'
import { checksumOf, download, downloadText, type Patience } from './download.ts'

/** The server that holds the data sets; HOLTER_DATA_URL or --from names a mirror of the same layout. */
export const DATA_URL = 'https://physionet.org'
const SUMS = 'SHA256SUMS.txt'
/** PTB-XL's list, 87,000 files, has some 10 MB. */
const MAX_SUMS_BYTES = 64 << 20

export interface FetchOptions extends Patience {
  /** Root of the server, default DATA_URL. */
  readonly base?: string
  /** Downloads at a time, default 8. */
  readonly jobs?: number
  readonly report?: (state: FetchState) => void
}

export interface FetchState {
  /** Files that are there and have their checksum. */
  readonly files: number
  readonly total: number
  /** Bytes that came over the network. */
  readonly bytes: number
}

/**
 * Fetches a data set into `dir` and returns what came; every file has the SHA-256 that the server's list states. Files that are there
 * already are checked and kept, so that a stopped or failed run goes on where it ended. The file by which a data set is found comes last:
 * half a data set is never taken for a whole one.
 */
export async function fetchDataset(
  source: DatasetSource,
  dir: string,
  options: FetchOptions = {},
): Promise<FetchState> {
  const { base = DATA_URL, jobs = 8, report } = options
  const root = `${base.replace(/\/+$/, '')}/${source.path}`
  const sums = await downloadText(`${root}/${SUMS}`, MAX_SUMS_BYTES, options)
  const all = parseSums(sums, `${root}/${SUMS}`).filter(({ file }) => source.wanted(file))
  const [last, others] = [
    all.filter(({ file }) => file === source.last),
    all.filter(({ file }) => file !== source.last),
  ]
  if (last.length !== 1) {
    const problem = `the list of files lacks ${source.last}`
    throw new HolterError({
      stage: 'ecg',
      where: `${root}/${SUMS}`,
      problem,
      hint: 'This is not the data set, or another version',
    })
  }
  // One that fails stops the others: they would fail for the same reason, each with its own patience.
  const controller = new AbortController()
  const { signal } = controller
  const stopAll = () => controller.abort()
  if (options.signal?.aborted) stopAll()
  options.signal?.addEventListener('abort', stopAll)
  let [files, bytes] = [0, 0]
  const arrived = (count: number) => {
    bytes += count
  }
  const get = async ({ file, checksum }: Entry) => {
    const path = join(dir, file)
    const there = existsSync(path) && (await checksumOf(path)) === checksum
    if (!there) await download(`${root}/${file}`, path, checksum, { ...options, signal }, arrived)
    files++
    report?.({ files, total: all.length, bytes })
  }
  const queue = others.slice().reverse()
  const work = async () => {
    for (let entry = queue.pop(); entry && !signal.aborted; entry = queue.pop()) await get(entry)
  }
  let failure: unknown
  const fail = (error: unknown) => {
    // What the others report after the first failure is only that they were stopped.
    if (!signal.aborted) failure = error
    controller.abort()
  }
  await Promise.all(Array.from({ length: jobs }, () => work().catch(fail)))
  options.signal?.removeEventListener('abort', stopAll)
  if (failure) throw failure
  if (signal.aborted) {
    const hint = `${files} of ${all.length} files are there; run the command again to go on`
    throw new HolterError({ stage: 'ecg', where: dir, problem: 'the download was stopped', hint })
  }
  await get(last[0])
  writeFile(join(dir, SUMS), sums)
  return { files, total: all.length, bytes }
}

interface Entry {
  readonly file: string
  readonly checksum: string
}

/** Lines of `sha256sum`, or with a single blank as PhysioNet writes them: 64 hex digits, the path. Paths come from outside and must stay inside the folder. */
export function parseSums(text: string, where: string): Entry[] {
  const entries = text.split('\n').flatMap((line, index) => {
    if (!line.trim()) return []
    const [, checksum, file] = /^([0-9a-f]{64}) [ *]?(\S.*?)\r?$/.exec(line) ?? []
    const safe = file?.split('/').every(part => /^[\w.+-]+$/.test(part) && !/^\.+$/.test(part))
    if (safe) return [{ file, checksum }]
    throw new HolterError({
      stage: 'ecg',
      where: `${where} line ${index + 1}`,
      problem: 'this is not a line of checksums',
      got: JSON.stringify(line.slice(0, 40)),
      expected: '64 hex digits and a path inside the data set',
      hint: 'The server, or something before it, sent another page; try again or name a mirror with --from',
    })
  })
  return entries
}
