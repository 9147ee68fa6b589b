import { loadTfjs, trainingMissing } from '../../src-ts/train/backend.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { skip } from './environment.ts'

/** What `suite()` of uvu returns, as far as it is needed here. */
type Register = (name: string, run: () => Promise<void> | void) => void

const missing = trainingMissing()

/**
 * Returns a function that registers tests which need the native library; without it they are skipped by name.
 * Each test fails when it leaves tensors behind: a training step that leaks is a training run that dies.
 */
export function withTfjs(suiteName: string, register: Register) {
  return (name: string, run: (tf: Tf) => Promise<void> | void): void => {
    if (missing) {
      skip(suiteName, name, missing)
      return
    }
    register(name, async () => {
      const tf = loadTfjs()
      const before = tf.memory().numTensors
      await run(tf)
      const left = tf.memory().numTensors - before
      if (left !== 0) throw new Error(`${left} tensors were left behind`)
    })
  }
}
