import { datasets } from '../ecg/datasets/datasets.ts'
import { fetchCacheDir } from '../ecg/datasets/find-data.ts'

/** Returns the data sets that tasks can use, and where they lie on this machine: the folder, or null. */
export function listData() {
  const roots = [process.env.ECG_DATA_DIR, fetchCacheDir()].flatMap(root => root || [])
  return datasets.map(({ name, title, licence, cite, locate, source }) => ({
    name,
    title,
    licence,
    cite,
    fetchable: source !== undefined,
    folder: roots.map(root => locate(root)).find(folder => folder !== undefined) ?? null,
  }))
}
