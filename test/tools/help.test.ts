import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('../../', import.meta.url))
const test = suite('help of tools')

test('--help prints what a tool does, without data or training', () => {
  const { ECG_DATA_DIR: _, ...env } = process.env
  for (const tool of [
    'bench',
    'bench-browser',
    'bench-training',
    'bench-ecg',
    'score-qrs',
    'score-monitor',
    'send-ecg',
    'cut-mit-bih',
  ]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`tools/${tool}`, '--help'], {
      cwd: root,
      encoding: 'utf8',
      env,
    })
    assert.is(status, 0, stderr)
    assert.match(stdout, new RegExp(`^Usage: tools/${tool} `))
  }
})

test.run()
