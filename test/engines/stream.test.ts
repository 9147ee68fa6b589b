import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { Session } from '../../src-ts/engines/engine.ts'
import { formName } from '../../src-ts/engines/form.ts'
import { engines } from '../../src-ts/engines/index.ts'
import { toModel } from '../../src-ts/engines/model.ts'
import { withSession } from '../../src-ts/engines/session.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { streamGraph } from '../../src-ts/passes/streaming/stream.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner, rowStream } from '../../src-ts/reference/run.ts'
import { difference } from '../../tools/random-networks/run-program.ts'
import { skip } from '../helpers/environment.ts'
import { stridedNetwork } from '../helpers/stream-network.ts'

const HOPS = 30
const suiteName = 'streams in engines'
const test = suite(suiteName)

/** A stream whose first state starts with values of its own, and the others at their zero points. */
function streamWithStart(): IntGraph {
  const graph = streamGraph(stridedNetwork('valid'), { hop: 4 })
  const [first, ...others] = graph.states!
  const size = rowBytes(graph, [first.current])
  const start = Int8Array.from({ length: size }, (_, i) => i * 7)
  return { ...graph, states: [{ ...first, start }, ...others] }
}

const model = toModel(streamWithStart(), 'stream')
const hopBytes = rowBytes(model.graph, model.graph.inputs)
const draw = random(3)
const hops = Int8Array.from({ length: HOPS * hopBytes }, () => draw.integer(256))
const pushed = rowStream(model.graph).push(hops, HOPS)
const alone = rowRunner(model.graph)(hops, HOPS)

test('pushes remember, runs do not', () => {
  assert.is(difference(pushed.subarray(0, 3), alone.subarray(0, 3)), undefined)
  assert.ok(difference(pushed, alone))
})

for (const engine of engines) {
  for (const form of engine.forms) {
    const name = `${engine.name} ${formName(form)}: push goes on, run starts anew, reset begins a new stream`
    const missing = engine.missing()
    if (missing) {
      skip(suiteName, name, missing)
      continue
    }
    test(name, () => withSession(engine, model, form, checkSession))
  }
}

async function checkSession(session: Session): Promise<void> {
  const half = (HOPS / 2) * hopBytes
  const parts = [
    await session.push(hops.subarray(0, half), HOPS / 2),
    await session.push(hops.subarray(half), HOPS / 2),
  ]
  assert.is(difference(Int8Array.from(parts.flatMap(part => [...part])), pushed), undefined, 'two calls are one stream')
  assert.is(difference(await session.run(hops, HOPS), alone), undefined, 'run')
  await session.reset()
  assert.is(difference(await session.push(hops, HOPS), pushed), undefined, 'after a reset')
  if (!session.pushNow) return
  await session.reset()
  assert.is(difference(session.pushNow(hops.subarray(0, hopBytes)), pushed.subarray(0, 3)), undefined, 'at once')
}

test.run()
