import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type FetchOptions, fetchDataset, parseSums } from '../../../src-ts/ecg/datasets/fetch-dataset.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { random } from '../../../src-ts/random.ts'
import { type DataServer, dataServer, type Fault } from '../../helpers/data-server.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/datasets/fetch-dataset')
const stream = random(5)
const noise = (length: number) => Uint8Array.from({ length }, () => stream.integer(256))
const files = {
  'table.csv': noise(100),
  'a/1.dat': noise(50_000),
  'a/2.dat': noise(70_000),
  'a/3.dat': noise(1),
  'skip/x': noise(9),
}
const source = { path: 'files/set/1.0', last: 'table.csv', wanted: (file: string) => !file.startsWith('skip/') }
const quick = { retryDelayMs: 1, stallMs: 400, attempts: 4, jobs: 3 }

/** Runs `use` with a folder and a server that fails as told. */
const served = (fault: (path: string, nth: number) => Fault, use: (server: DataServer, dir: string) => Promise<void>) =>
  inFolder(async dir => {
    const server = await dataServer(files, fault)
    try {
      await use(server, dir)
    } finally {
      await server.close()
    }
  })

const get = (server: DataServer, dir: string, options: FetchOptions = {}) =>
  fetchDataset(source, dir, { ...quick, base: server.url, ...options })

const refusal = async (run: Promise<unknown>): Promise<string> => {
  const error = await run.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.instance(error, HolterError)
  return (error as Error).message
}

const complete = (dir: string) => {
  for (const name of ['table.csv', 'a/1.dat', 'a/2.dat', 'a/3.dat'] as const)
    assert.equal(new Uint8Array(readFileSync(join(dir, name))), files[name], name)
  assert.not(existsSync(join(dir, 'skip')))
  assert.not(readdirSync(dir, { recursive: true }).some(name => `${name}`.endsWith('.part')))
}

test('everything wanted comes, the table last; a second run fetches only the list', () =>
  served(
    () => 'none',
    async (server, dir) => {
      const states: string[] = []
      const got = await get(server, dir, { report: state => states.push(`${state.files}/${state.total}`) })
      assert.equal(got, { files: 4, total: 4, bytes: 120_101 })
      assert.equal(states, ['1/4', '2/4', '3/4', '4/4'])
      complete(dir)
      assert.is(server.requests.at(-1)?.path, 'table.csv')
      assert.equal(await get(server, dir), { files: 4, total: 4, bytes: 0 })
      assert.is(server.requests.at(-1)?.path, 'SHA256SUMS.txt')
    },
  ))

test('cut connections are continued where they broke', () =>
  served(
    (path, nth) => (path === 'a/2.dat' && nth < 2 ? 'cut' : 'none'),
    async (server, dir) => {
      assert.is((await get(server, dir)).bytes, 120_101)
      complete(dir)
      const ranges = server.requests.filter(({ path }) => path === 'a/2.dat').map(({ range }) => range)
      assert.equal(ranges, [undefined, 'bytes=35000-', 'bytes=52500-'])
    },
  ))

test('a server that knows no ranges: from the start again', () =>
  served(
    (path, nth) => (path !== 'a/2.dat' ? 'none' : nth === 0 ? 'cut' : 'no ranges'),
    async (server, dir) => {
      assert.is((await get(server, dir)).bytes, 120_101 + 35_000)
      complete(dir)
    },
  ))

test('wrong bytes once: fetched again, whole', () =>
  served(
    (path, nth) => (path === 'a/1.dat' && nth === 0 ? 'wrong bytes' : 'none'),
    async (server, dir) => {
      await get(server, dir)
      complete(dir)
      const ranges = server.requests.filter(({ path }) => path === 'a/1.dat').map(({ range }) => range)
      assert.equal(ranges, [undefined, undefined])
    },
  ))

test('wrong bytes always: an error that names the file; no file, no table', () =>
  served(
    path => (path === 'a/1.dat' ? 'wrong bytes' : 'none'),
    async (server, dir) => {
      assert.match(
        await refusal(get(server, dir)),
        /a\/1\.dat: 4 attempts failed, the last one because the file does not have its checksum \(got [0-9a-f]{12}…, expected/,
      )
      assert.not(existsSync(join(dir, 'a/1.dat')))
      assert.not(existsSync(join(dir, 'table.csv')))
    },
  ))

test('500 and 503 pass; 500 for ever is an error; a later run completes', () => {
  let broken = true
  return served(
    (path, nth) => (path === 'a/3.dat' ? (broken ? 500 : 'none') : nth === 0 ? 503 : 'none'),
    async (server, dir) => {
      assert.match(
        await refusal(get(server, dir)),
        /a\/3\.dat: 4 attempts failed, the last one because the server answered 500\. .*go on/,
      )
      assert.not(existsSync(join(dir, 'table.csv')))
      broken = false
      await get(server, dir)
      complete(dir)
    },
  )
})

test('403 and 404 are final', () =>
  served(
    path => (path === 'a/3.dat' ? 403 : path === 'SHA256SUMS.txt' ? 'none' : 'none'),
    async (server, dir) => {
      assert.match(await refusal(get(server, dir)), /a\/3\.dat: the server refuses access \(got 403\)\. .*--from/)
      assert.is(server.requests.filter(({ path }) => path === 'a/3.dat').length, 1)
      const elsewhere = { ...source, path: 'files/other' }
      assert.match(
        await refusal(fetchDataset(elsewhere, dir, { ...quick, base: server.url })),
        /SHA256SUMS\.txt: the server has no such file/,
      )
      const other = { ...source, last: 'absent.csv' }
      assert.match(
        await refusal(fetchDataset(other, dir, { ...quick, base: server.url })),
        /the list of files lacks absent\.csv/,
      )
    },
  ))

test('a stall is given up and continued', () =>
  served(
    (path, nth) => (path === 'a/2.dat' && nth === 0 ? 'stall' : 'none'),
    async (server, dir) => {
      await get(server, dir)
      complete(dir)
      assert.is(server.requests.findLast(({ path }) => path === 'a/2.dat')?.range, 'bytes=35000-')
    },
  ))

test('a user who stops; then the rest', () =>
  served(
    () => 'none',
    async (server, dir) => {
      const controller = new AbortController()
      const report = () => controller.abort()
      assert.match(
        await refusal(get(server, dir, { signal: controller.signal, report, jobs: 1 })),
        /was stopped\. .*go on/,
      )
      assert.not(existsSync(join(dir, 'table.csv')))
      assert.ok((await get(server, dir)).bytes < 120_101)
      complete(dir)
    },
  ))

test('a damaged file of an earlier run is replaced; a whole .part needs no more bytes', () =>
  served(
    () => 'none',
    async (server, dir) => {
      await get(server, dir)
      writeFileSync(join(dir, 'a/1.dat'), 'damaged')
      writeFileSync(join(dir, 'a/2.dat'), 'damaged')
      writeFileSync(join(dir, 'a/2.dat.part'), files['a/2.dat'])
      assert.is((await get(server, dir)).bytes, 50_000)
      complete(dir)
    },
  ))

test('nobody there', () =>
  inFolder(async dir => {
    const server = await dataServer(files)
    await server.close()
    assert.match(
      await refusal(get(server, dir)),
      /SHA256SUMS\.txt: 4 attempts failed, .*connection failed \(ECONNREFUSED\)/,
    )
  }))

test('a list that leads out of the folder or is a web page', () => {
  const sum = '0'.repeat(64)
  assert.equal(parseSums(`${sum}  a/b-1.dat\n${sum} *c.hea\r\n\n`, 'x'), [
    { file: 'a/b-1.dat', checksum: sum },
    { file: 'c.hea', checksum: sum },
  ])
  for (const bad of ['../x', '/etc/x', 'a//b', 'a/../../b', 'a\\b', '.']) {
    assert.throws(() => parseSums(`${sum}  ${bad}`, 'x'), /x line 1: this is not a line of checksums/)
  }
  assert.throws(() => parseSums('<html>log in</html>', 'x'), /sent another page/)
})

test.run()
