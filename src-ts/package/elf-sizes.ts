import { mustRun } from './programs.ts'
import type { Call } from './target.ts'

/** Sections of an image that are in flash, and those in RAM beside the stack. */
const FLASH = ['.vectors', '.text', '.rodata', '.module', '.self_test', '.data']
const RAM = ['.data', '.bss']

/** Returns the bytes of a linked program in flash and in RAM, without the stack, and those of its functions that match `code`. */
export function bytesOfImage(compile: Call, folder: string, elf: string, code: RegExp) {
  const tool = (name: string) => ({ ...compile, program: compile.program.replace(/g?cc$/, name) })
  const sections = new Map(
    mustRun({ ...tool('size'), args: ['-A', elf] }, folder, {})
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .map(([name, bytes]) => [name, Number(bytes)] as const),
  )
  const sum = (names: readonly string[]) => names.reduce((total, name) => total + (sections.get(name) || 0), 0)
  const functions = mustRun({ ...tool('nm'), args: ['-S', elf] }, folder, {})
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, , kind, name]) => kind?.toLowerCase() === 't' && code.test(name))
    .reduce((total, [, bytes]) => total + Number.parseInt(bytes, 16), 0)
  return { flash: sum(FLASH), ram: sum(RAM), code: functions }
}
