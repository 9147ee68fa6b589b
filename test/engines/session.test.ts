import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunnableModel } from '../../src-ts/engines/engine.ts'
import { engines } from '../../src-ts/engines/index.ts'
import { loadModel, runnable } from '../../src-ts/engines/model.ts'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import { withSession } from '../../src-ts/engines/session.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { elements } from '../../src-ts/ir/graph.ts'
import { writeNpy } from '../../src-ts/npy.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { skip } from '../helpers/environment.ts'
import { graphOf } from '../helpers/one-node.ts'

const suiteName = 'engines/session'
const test = suite(suiteName)
const root = fileURLToPath(new URL('../../', import.meta.url))
const file = join(root, 'models/gap-cnn.tflite')

function small(): RunnableModel {
  const graph = graphOf('conv2d', opByKind('conv2d').cases()[0])
  return runnable(writeTflite(graph), graph.name)
}

/** Processes that this one started, by their numbers, as Linux lists them. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]) === pid
      } catch {
        return false
      }
    })
    .map(Number)
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 2400, what)
    await wait(50)
  }
}

for (const engine of engines) {
  const missing = engine.missing()
  if (missing) {
    skip(suiteName, engine.name, missing)
    continue
  }

  test(`${engine.name}: one session runs many times, and leaves nothing behind`, async () => {
    const model = small()
    const expected = rowRunner(model.graph)
    for (const form of engine.forms) {
      const before = process.platform === 'linux' ? childrenOf(process.pid) : []
      await withSession(engine, model, form, async session => {
        for (const count of [3, 0, 1, 3]) {
          const inputs = probeInputs(model, count, count)
          assert.equal(await session.run(inputs, count), expected(inputs, count))
        }
        try {
          await session.run(new Int8Array(5), 1)
          assert.unreachable()
        } catch (error) {
          assert.instance(error, HolterError)
          assert.match((error as Error).message, /the inputs are not the rows .*got 5 bytes, expected 1 of \d+ bytes/)
        }
        // A refused call leaves the session as it was.
        assert.equal(await session.run(probeInputs(model, 2), 2), expected(probeInputs(model, 2), 2))
      })
      if (process.platform === 'linux') assert.equal(childrenOf(process.pid), before)
    }
  })

  test(`${engine.name}: an error in the work closes the session, and is the error that comes out`, async () => {
    const model = small()
    const before = process.platform === 'linux' ? childrenOf(process.pid) : []
    try {
      await withSession(engine, model, engine.forms[0], async session => {
        // Closed in the middle of a run.
        const run = session.run(probeInputs(model, 5000), 5000).catch(() => {})
        if (engine.runs === 'graph' || engine.name === 'node') await run
        throw new Error('of the work')
      })
      assert.unreachable()
    } catch (error) {
      assert.is((error as Error).message, 'of the work')
    }
    if (process.platform === 'linux') assert.equal(childrenOf(process.pid), before)
  })
}

/** `holter run` on more rows than it gets done before it is stopped. */
function longRun(dir: string, engine: string): ChildProcess {
  const { graph } = loadModel(file)
  const size = elements(graph.tensors[graph.inputs[0]].shape)
  const rows = 6000
  writeFileSync(join(dir, 'x.npy'), writeNpy({ shape: [rows, size], data: new Int8Array(rows * size) }))
  const args = ['tools/holter.mjs', 'run', file, '--engine', engine, '--input', join(dir, 'x.npy')]
  return spawn(process.execPath, [...args, '--output', join(dir, 'y.npy')], { cwd: root, stdio: 'ignore' })
}

for (const name of ['wasmtime', 'tflite-micro']) {
  const missing = engines.find(engine => engine.name === name)!.missing()
  const title = `${name}: no process outlives a command that is stopped`
  if (missing || process.platform !== 'linux') {
    skip(suiteName, title, missing ?? 'it reads /proc, which is only there on Linux')
    continue
  }
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    test(`${title} by ${signal}`, async () => {
      const dir = mkdtempSync(join(tmpdir(), 'holter-session-'))
      const command = longRun(dir, name)
      try {
        await until('the command starts its engine', () => childrenOf(command.pid!).length > 0)
        const [child] = childrenOf(command.pid!)
        await wait(500)
        assert.ok(alive(child), 'it is at work')
        command.kill(signal)
        await until('the command ends', () => !alive(command.pid!))
        await until('its engine ends', () => !alive(child))
      } finally {
        command.kill('SIGKILL')
        rmSync(dir, { recursive: true })
      }
    })
  }
}

test.run()
