import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { locateMitBih } from '../../src-ts/ecg/datasets/mit-bih.ts'
import { ecgDataDir, python, testUnless } from '../helpers/environment.ts'
import { runHolter } from '../helpers/holter-process.ts'
import { inFolder } from '../helpers/wfdb-files.ts'

const dir = ecgDataDir() && locateMitBih(ecgDataDir()!)
const test = suite('monitor/annotations-peer')
const missing = dir
  ? python()
    ? undefined
    : 'no Python of set-up (npm run setup)'
  : 'no MIT-BIH records (set ECG_DATA_DIR)'
const withPeer = testUnless(missing, 'monitor/annotations-peer', test)

withPeer('the wfdb package reads what the monitor writes, and finds the beats where experts do', () =>
  inFolder(out => {
    const { status, stderr } = runHolter(['monitor', join(dir!, '106'), '--speed', 'max', '--out', out])
    assert.is(status, 0, stderr)
    const script = fileURLToPath(new URL('./compare-annotations.py', import.meta.url))
    const said = spawnSync(python()!, [script, out, '106', join(dir!, '106')], { encoding: 'utf8' })
    assert.is(said.status, 0, said.stderr)
    const { counts, symbols } = JSON.parse(said.stdout)
    const [found, lost, wrong] = counts
    assert.ok(found > 2000 && lost < 10 && wrong < 10, said.stdout)
    for (const symbol of ['N', 'V', '+', '"']) assert.ok(symbols.includes(symbol), said.stdout)
  }),
)

test.run()
