import { HolterError } from '../errors.ts'
import type { Engine, Form, RunnableModel, Session } from './engine.ts'

/** Opens a model in an engine, gives the session to `work`, and closes it whatever happens. */
export async function withSession<T>(
  engine: Engine,
  model: RunnableModel,
  form: Form,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await engine.open(model, form)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/** Runs a model once: `count` rows through a session that is opened for them. */
export function runOnce(engine: Engine, model: RunnableModel, form: Form, inputs: Int8Array, count: number) {
  return withSession(engine, model, form, session => session.run(inputs, count))
}

/** Runs a model once: `count` rows as the hops of one stream. Without states the same as `runOnce`. */
export function pushOnce(engine: Engine, model: RunnableModel, form: Form, inputs: Int8Array, count: number) {
  return withSession(engine, model, form, session => session.push(inputs, count))
}

/** Throws HolterError unless `inputs` are `count` rows of so many bytes. */
export function checkRows(inputs: Int8Array, count: number, rowBytes: number, where: string): void {
  if (inputs.length === count * rowBytes) return
  const problem = 'the inputs are not the rows that they are said to be'
  const expected = `${count} of ${rowBytes} bytes`
  throw new HolterError({ stage: 'engine', where, problem, got: `${inputs.length} bytes`, expected })
}

/** Returns the engine with a clock: `onRun` is told how many milliseconds each call of a session took. */
export function withClock(engine: Engine, onRun: (ms: number) => void): Engine {
  return {
    ...engine,
    async open(model, form) {
      const session = await engine.open(model, form)
      const timed = async (call: () => Promise<Int8Array>) => {
        const start = performance.now()
        const outputs = await call()
        onRun(performance.now() - start)
        return outputs
      }
      return {
        run: (inputs, count) => timed(() => session.run(inputs, count)),
        push: (inputs, count) => timed(() => session.push(inputs, count)),
        reset: () => session.reset(),
        close: () => session.close(),
      }
    },
  }
}
