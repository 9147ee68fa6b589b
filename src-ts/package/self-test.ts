import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../errors.ts'
import { runProgram } from './programs.ts'
import type { Board } from './target.ts'

/** What a self-test said. */
export interface SelfTest {
  /** Its line; of a monitor a second one with the beats and alarms that it found. */
  readonly line: string
  readonly model: string
  readonly vectors: number
  readonly pass: number
  /** Of one inference; 0 where they cannot be counted. */
  readonly instructions: number
  /** Memory that the model took: its region, or the heap of an interpreter. */
  readonly memoryBytes?: number
  /** How much of it is code that an interpreter translated. */
  readonly translatedBytes?: number
  /** High-water of the stack in bytes, where the device tells. */
  readonly stackBytes?: number
}

/**
 * Starts the image in `folder` and returns its self-test; undefined where the start shows none, as a flasher.
 * Throws HolterError when the device refuses or a vector fails.
 */
export function runSelfTest(
  board: Board,
  folder: string,
  fill: Readonly<Record<string, string>>,
): SelfTest | undefined {
  chmodSync(join(folder, board.image), 0o755)
  const said = runProgram(board.start, folder, fill, 1800)
  if (!board.showsSelfTest && said.code === 0) return undefined
  const text = said.out + said.err
  const refuse = (problem: string): never => {
    throw new HolterError({ stage: 'package', where: board.name, problem })
  }
  const line = text.split('\n').find(part => part.startsWith('holter-selftest '))
  if (!line) return refuse(`no line of the self-test: ${text.trim().split('\n')[0] || `exit code ${said.code}`}`)
  const values = line.match(/model=(\S+) vectors=(\d+) pass=(\d+) instructions=(\d+)$/)
  if (!values) return refuse(`the self-test stopped: ${line}`)
  const [vectors, pass, instructions] = values.slice(2).map(Number)
  const memory = text.match(/holter-memory bytes=(\d+)/)
  const translated = text.match(/holter-translated bytes=(\d+)/)
  const stack = text.match(/holter-stack bytes=(\d+)/)
  const found = text.match(/^holter-monitor .*$/m)
  if (pass !== vectors) refuse(`${vectors - pass} of ${vectors} vectors differ from the reference`)
  return {
    line: found ? `${line}\n${found[0]}` : line,
    model: values[1],
    vectors,
    pass,
    instructions,
    ...(memory && { memoryBytes: Number(memory[1]) }),
    ...(translated && { translatedBytes: Number(translated[1]) }),
    ...(stack && { stackBytes: Number(stack[1]) }),
  }
}
