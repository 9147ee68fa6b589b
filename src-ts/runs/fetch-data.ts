import { join } from 'node:path'
import { datasets } from '../ecg/datasets/datasets.ts'
import { DATA_URL, type FetchState, fetchDataset } from '../ecg/datasets/fetch-dataset.ts'
import { fetchCacheDir } from '../ecg/datasets/find-data.ts'
import { byName } from '../errors.ts'
import { type Context, openWatch } from '../watch.ts'

export interface FetchDataInput {
  /** Name of a data set that can be fetched. */
  readonly name: string
  /** A mirror of the same layout. Default: HOLTER_DATA_URL, then the publisher. */
  readonly from?: string
  /** Folder to download into. Default: the cache, where tasks find it. */
  readonly out?: string
  /** Downloads at a time. Default 8. */
  readonly jobs?: number
}

/** What lies where now, and what was downloaded for it. */
export interface FetchedData {
  readonly dir: string
  /** All files of the data set. */
  readonly files: number
  /** Downloaded in this run. */
  readonly bytes: number
  readonly licence: string
  readonly cite: string
}

/** Data sets that can be fetched without an account. */
export const fetchable = datasets.flatMap(({ source, ...dataset }) => (source ? [{ ...dataset, source }] : []))

/** Downloads a data set, every file held against its SHA-256; what is there is kept. */
export async function fetchData(input: FetchDataInput, context: Context = {}): Promise<FetchedData> {
  const { name, from, out, jobs } = input
  const { source, licence, cite } = byName('data set to fetch', name, fetchable)
  const dir = out ?? join(fetchCacheDir(), name)
  const watch = openWatch(context, name, 'files')
  const report = ({ files, total, bytes }: FetchState) => watch.update(files, { total, text: megabytes(bytes) })
  const base = from ?? (process.env.HOLTER_DATA_URL || DATA_URL)
  const { files, bytes } = await fetchDataset(source, dir, { base, jobs, signal: context.signal, report })
  watch.stop()
  return { dir, files, bytes, licence, cite }
}

/** 12.3 MB, of a million bytes each. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
