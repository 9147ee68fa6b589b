import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../errors.ts'
import { firmwareTool } from '../toolchain.ts'
import type { PackageFile } from './form.ts'

/** A text of wasm3 0.5.0, how often it stands in a file, and what Holter puts in its place. */
interface Change {
  readonly file: string
  readonly from: string
  readonly times: number
  readonly to: string
}

/**
 * What makes wasm3 faster on a 32-bit processor, where every operation is a function that jumps to the next.
 *
 * Arguments: a Cortex-M passes the first four words in registers, and a 64-bit value in an even pair. In the order pc, stack, memory, value
 * the value does not fit and goes through the stack; in the order pc, stack, value, memory it stays in r2 and r3.
 *
 * Bounds: an address and its offset are added in 32 bits with a look at the carry, in place of 64. The limit less the width of an access
 * cannot wrap: a module with less than 16 bytes of memory is refused (runtime/wasm-check.c).
 */
const CHANGES: readonly Change[] = [
  {
    file: 'm3_exec_defs.h',
    from: 'm3stack_t _sp, M3MemoryHeader * _mem, m3reg_t _r0',
    times: 1,
    to: 'm3stack_t _sp, m3reg_t _r0, M3MemoryHeader * _mem',
  },
  { file: 'm3_exec_defs.h', from: '_sp, _mem, _r0', times: 2, to: '_sp, _r0, _mem' },
  {
    file: 'm3_exec.h',
    from: 'Call  (d_m3OpSig)',
    times: 1,
    to: 'Call  (pc_t _pc, m3stack_t _sp, M3MemoryHeader * _mem, m3reg_t _r0)',
  },
  { file: 'm3_exec.h', from: 'u64 operand = slot (u32);', times: 3, to: 'u32 operand = slot (u32);' },
  { file: 'm3_exec.h', from: 'u64 operand = (u32) _r0;', times: 3, to: 'u32 operand = (u32) _r0;' },
  {
    file: 'm3_exec.h',
    from: 'operand += offset;',
    times: 6,
    to: 'const int wraps = __builtin_add_overflow (operand, offset, & operand);',
  },
  ...Object.entries({ SRC_TYPE: 2, DEST_TYPE: 3, TYPE: 1 }).map(([type, times]) => ({
    file: 'm3_exec.h',
    from: `operand + sizeof (${type}) <= _mem->length`,
    times,
    to: `! wraps && operand <= _mem->length - sizeof (${type})`,
  })),
]

/** The interpreter's sources with Holter's changes, so that a package builds by itself. Throws HolterError where they are missing or others. */
export function wasm3Sources(): PackageFile[] {
  const folder = firmwareTool('wasm3')
  if (!folder) refuse('the sources of the interpreter are missing')
  return readdirSync(folder)
    .filter(name => /[.][ch]$/.test(name))
    .sort()
    .map(name => ({ name, contents: changed(name, readFileSync(join(folder, name), 'utf8')) }))
}

function changed(name: string, text: string): string {
  const changes = CHANGES.filter(({ file }) => file === name)
  if (!changes.length) return text
  const all = changes.reduce((before, { from, times, to }) => {
    const parts = before.split(from)
    if (parts.length - 1 !== times) refuse(`${name} is not that of version 0.5.0: ${JSON.stringify(from)}`)
    return parts.join(to)
  }, text)
  return `/* Changed by Holter: order of arguments and checks of bounds (src-ts/package/wasm3-sources.ts). */\n${all}`
}

function refuse(problem: string): never {
  throw new HolterError({ stage: 'package', where: 'wasm3', problem, hint: 'Run npx holter setup firmware' })
}
