import type { Tf } from '../src-ts/train/tf.ts'

/** The part of tfjs-node's backend through which every operation of the native library goes. */
interface Native {
  executeSingleOutput(name: string, ...rest: unknown[]): unknown
  executeMultipleOutputs(name: string, ...rest: unknown[]): unknown
}

/** Returns a table of the operations of the native library that `run` calls: how often, and how many milliseconds, most first. */
export function profileStep(tf: Tf, run: () => unknown): string {
  const native = tf.backend() as unknown as Native
  const times = new Map<string, { calls: number; ms: number }>()
  const methods = ['executeSingleOutput', 'executeMultipleOutputs'] as const
  for (const method of methods) {
    const plain = native[method].bind(native)
    native[method] = (name, ...rest) => {
      const start = performance.now()
      const result = plain(name, ...rest)
      const entry = times.get(name) ?? { calls: 0, ms: 0 }
      times.set(name, { calls: entry.calls + 1, ms: entry.ms + performance.now() - start })
      return result
    }
  }
  const start = performance.now()
  run()
  const total = performance.now() - start
  // The methods of the class show again.
  for (const method of methods) delete (native as Partial<Native>)[method]
  const inside = [...times.values()].reduce((sum, { ms }) => sum + ms, 0)
  const rows = [...times].sort(([, a], [, b]) => b.ms - a.ms)
  const line = (name: string, ms: number, calls = '') =>
    `    ${name.padEnd(28)}${ms.toFixed(1).padStart(9)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} % ${calls}`
  return [
    ...rows.slice(0, 20).map(([name, { ms, calls }]) => line(name, ms, `${calls} calls`)),
    line('JavaScript and data', total - inside),
  ].join('\n')
}
