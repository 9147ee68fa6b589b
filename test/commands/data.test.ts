import { spawn } from 'node:child_process'
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dataServer } from '../helpers/data-server.ts'
import { madeEcg } from '../helpers/made-ecg.ts'
import { ROWS, writePtbXl } from '../helpers/ptb-xl-folder.ts'
import { inFolder, writeRecord } from '../helpers/wfdb-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const test = suite('commands/data')

/** Runs `holter data …` beside this process, which may be the server that it talks to. */
function holter(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { ECG_DATA_DIR: _, ...env } = process.env
  const child = spawn(process.execPath, ['tools/holter.mjs', 'data', ...args], {
    cwd: root,
    env: { ...env, ...environment },
  })
  const text = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', chunk => {
      text[stream] += chunk
    })
  }
  return new Promise<{ status: number | null; stdout: string; stderr: string }>(resolve =>
    child.on('close', status => resolve({ status, ...text })),
  )
}

test('list names where data is found', () =>
  inFolder(async dir => {
    writePtbXl(join(dir, 'ptb-xl'))
    const { status, stdout } = await holter(['list', '--json'], {
      ECG_DATA_DIR: dir,
      HOLTER_CACHE_DIR: join(dir, 'none'),
    })
    assert.is(status, 0)
    const [ptbXl, mitBih] = JSON.parse(stdout)
    assert.equal([ptbXl.name, ptbXl.folder, ptbXl.fetchable], ['ptb-xl', join(dir, 'ptb-xl'), true])
    assert.equal([mitBih.name, mitBih.folder], ['mit-bih', null])
  }))

test('check: a table or JSON, exit 1 for what cannot be read, the test fold closed', () =>
  inFolder(async dir => {
    const digital = Array.from(madeEcg(10, 100).signal, mv => Math.round(200 * mv))
    for (const name of ['cut', 'good']) writeRecord(dir, name, 16, [{ digital }])
    assert.match((await holter(['check', dir])).stdout, /^2 records checked, 0 with findings\.\n$/)
    const header = join(dir, 'good.hea')
    writeFileSync(header, readFileSync(header, 'utf8').replace(/ -?\d+ 0 S0$/m, ' 0 0 S0'))
    const unproved = await holter(['check', dir])
    assert.match(
      unproved.stdout,
      /^2 records checked, 0 with findings\.\n1 of the headers state no checksum \(0 throughout\)/,
    )
    truncateSync(join(dir, 'cut.dat'), 10)
    const { status, stdout, stderr } = await holter(['check', dir])
    assert.is(status, 1)
    assert.match(stdout, /cut +unreadable +the signal file is shorter than its header says/)
    assert.match(stderr, /check: 2 records/)
    writePtbXl(dir, ROWS)
    const { checked, testFoldLeftClosed } = JSON.parse(
      (await holter(['check', join(dir, 'records100'), '--json'])).stdout,
    )
    assert.equal([checked, testFoldLeftClosed], [4, 1])
    const nowhere = await holter(['check', join(dir, 'nowhere')])
    assert.equal([nowhere.status, nowhere.stdout], [1, ''])
    assert.match(nowhere.stderr, /^\[ecg\] .*nowhere: the folder cannot be listed/)
  }))

test('fetch: from a mirror into the cache; refusals in one line', () =>
  inFolder(async dir => {
    // A server of this layout that holds another data set: the list of checksums is found, the database's own files are not.
    const server = await dataServer({ RECORDS: Buffer.from('100\n') })
    try {
      const environment = { HOLTER_CACHE_DIR: dir, HOLTER_DATA_URL: server.url }
      const absent = await holter(['fetch', 'mit-bih'], environment)
      assert.is(absent.status, 1)
      assert.match(
        absent.stderr,
        /^\[ecg\] http:.*\/files\/mitdb\/1\.0\.0\/SHA256SUMS\.txt: the server has no such file \(got 404\)\. .*\n$/,
      )
      assert.not(existsSync(join(dir, 'data', 'mit-bih', '100.atr')))
      const unknown = await holter(['fetch', 'mitbih'], environment)
      assert.is(unknown.status, 2)
      assert.match(unknown.stderr, /no such data set to fetch .* Did you mean mit-bih\?/)
    } finally {
      await server.close()
    }
  }))

test.run()
