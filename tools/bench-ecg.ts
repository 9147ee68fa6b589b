import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSuperclasses } from '../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { physical, readRecord } from '../src-ts/ecg/formats/wfdb-signals.ts'
import { ptbxlSuperclass } from '../src-ts/tasks/ptbxl-superclass.ts'
import { venvPython } from '../src-ts/toolchain.ts'

/** Times in the peer's own process, so that its start and imports do not count. */
const PEER = `
import sys, time, wfdb
paths = sys.stdin.read().split("\\n")
for path in paths[:20]: wfdb.rdrecord(path)
start = time.perf_counter()
for path in paths: wfdb.rdrecord(path)
print(1000 * (time.perf_counter() - start))
`

const data = process.env.ECG_DATA_DIR
const dir = data && ptbxlSuperclass.locate(data)
const python = venvPython()
if (!dir || !python) {
  console.error('ECG_DATA_DIR has to name a folder with ptb-xl, and npm run setup has to have brought wfdb.')
  process.exit(1)
}
const flag = process.argv.indexOf('--records')
const most = flag < 0 ? Number.POSITIVE_INFINITY : Number(process.argv[flag + 1])
const { records } = readSuperclasses(dir, ptbxlSuperclass.labels)
const paths = records
  .filter(({ fold }) => fold < 10)
  .map(({ path100 }) => join(dir, path100))
  .slice(0, most)

/** Milliseconds to read all records to physical values in double precision, as wfdb does; lengths and checksums verified on top. */
function ours(): number {
  const start = performance.now()
  for (const path of paths) {
    const { header, digital } = readRecord(path)
    for (const [i, signal] of header.signals.entries()) physical(signal, digital[i])
  }
  return performance.now() - start
}

// Once for the file cache and the compiler, then the best of five: other work on the machine only ever adds.
ours()
const oursMs = Math.min(...Array.from({ length: 5 }, ours))
const peer = spawnSync(python, ['-c', PEER], { input: paths.join('\n'), encoding: 'utf8' })
const peerMs = Number(peer.stdout)
console.log(
  `${paths.length} records: holter ${oursMs.toFixed(0)} ms, wfdb ${peerMs.toFixed(0)} ms, ratio ${(peerMs / oursMs).toFixed(1)}`,
)

const cache = mkdtempSync(join(tmpdir(), 'holter-bench-'))
process.env.HOLTER_CACHE_DIR = cache
try {
  for (const what of ['first opening (reads, packs, fills the cache)', 'second opening (from the cache)']) {
    const start = performance.now()
    await ptbxlSuperclass.open({ kind: 'folder', dir }, ['train', 'validation'])
    console.log(`${what}: ${(performance.now() - start).toFixed(0)} ms`)
  }
} finally {
  rmSync(cache, { recursive: true, force: true })
}
