import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import util from 'node:util'
import { HolterError } from '../errors.ts'
import { ownLayers } from '../networks/own-layers.ts'
import { trainingPackages } from '../toolchain.ts'
import { useNativeReluGradients } from './native-gradients.ts'
import { withQuietStderr } from './quiet-stderr.ts'
import type { Tf } from './tf.ts'

const PACKAGE = '@tensorflow/tfjs-node'
let loaded: Tf | undefined

/** Finds packages in the folder that set-up made for training, else where any import of ours would. */
function packagesForTraining() {
  const folder = trainingPackages()
  return createRequire(folder ? join(folder, 'package.json') : import.meta.url)
}

/**
 * Returns TensorFlow.js with its native library, loaded once. Everything else in train/ takes it as an argument.
 * Throws HolterError when this machine cannot train.
 */
export function loadTfjs(): Tf {
  if (loaded) return loaded
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  // Said to the library, so that it cannot count the cores in another way than the record of a run does.
  limitThreads(threadsInUse())
  restoreUtil()
  try {
    // One line about oneDNN ignores the log level. Without oneDNN it would be silent, and training a third slower.
    const tf = withQuietStderr(() => packagesForTraining()(PACKAGE) as Tf)
    useNativeReluGradients(tf)
    ownLayers(tf)
    loaded = tf
  } catch (error) {
    throw new HolterError({
      stage: 'setup',
      where: PACKAGE,
      problem: `training cannot run here: ${reasonOf(error)}`,
      hint: 'Run npx holter setup training, which installs it',
    })
  }
  return loaded
}

/**
 * Bounds the threads of the native library in this process, if a number is given; to be called before the library is loaded.
 * The order of its sums depends on the number: only the same number gives the same weights.
 */
export function limitThreads(threads?: number): void {
  if (threads === undefined) return
  // What TensorFlow itself reads (NumIntraOpThreadsFromEnvironment in core/common_runtime); tfjs-node has no option for it.
  process.env.TF_NUM_INTRAOP_THREADS = `${threads}`
  process.env.TF_NUM_INTEROP_THREADS = `${threads}`
}

/** Returns how many threads the native library uses in this process: those that it was limited to, or one for each core. */
export function threadsInUse(): number {
  const limit = Number(process.env.TF_NUM_INTRAOP_THREADS)
  return limit >= 1 ? limit : availableParallelism()
}

/** Returns why training cannot run here and what to do, one clause; undefined when it can. Loads the library to be sure. */
export function trainingMissing(): string | undefined {
  try {
    loadTfjs()
    return undefined
  } catch (error) {
    if (!(error instanceof HolterError)) throw error
    return `${error.detail.problem}; run npx holter setup training`
  }
}

/** Node 23 removed two functions of `util` that tfjs-node 4.22 still calls, and Node 22 warns of them (nodejs/node pull request 52744). */
function restoreUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  })
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'MODULE_NOT_FOUND')
    return `${message.split('\n')[0].includes(PACKAGE) ? PACKAGE : 'its native part'} is not installed`
  return message.split('\n')[0].replace(/[.\s]+$/, '')
}
