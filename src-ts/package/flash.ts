import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { HolterError } from '../errors.ts'
import { readFile, sha256 } from '../files.ts'
import { fillOf } from './package.ts'
import { filled, runProgram } from './programs.ts'
import { type Board, boardOf, readTarget, type Target } from './target.ts'

const Manifest = v.object({
  package: v.literal(1),
  target: v.string(),
  board: v.string(),
  model: v.string(),
  files: v.array(
    v.object({
      file: v.pipe(v.string(), v.regex(/^[\w-][\w.-]*$/)),
      bytes: v.number(),
      sha256: v.string(),
    }),
  ),
})

/** A package that was found whole: every file has the hash that its package.json gives. */
export interface CheckedPackage {
  readonly folder: string
  readonly target: Target
  readonly board: Board
}

/** Reads the package in `folder` for a target. Throws HolterError when it is for another target, damaged or incomplete. */
export function checkPackage(folder: string, targetName: string): CheckedPackage {
  const refuse = (problem: string, got?: string, expected?: string): never => {
    throw new HolterError({ stage: 'package', where: folder, problem, got, expected, hint: 'Run holter package again' })
  }
  const text = Buffer.from(readFile(join(folder, 'package.json'), 'Run holter package first')).toString()
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    return refuse('package.json is no JSON')
  }
  const parsed = v.safeParse(Manifest, data)
  if (!parsed.success)
    return refuse(`package.json: ${v.getDotPath(parsed.issues[0]) ?? 'it'}: ${parsed.issues[0].message}`)
  const manifest = parsed.output
  const target = readTarget(targetName)
  if (manifest.target !== targetName) refuse('the package is for another target', manifest.target, targetName)
  const board = boardOf(target, manifest.board)
  for (const { file, bytes, sha256: hash } of manifest.files) {
    if (!existsSync(join(folder, file))) refuse(`${file} is missing`)
    const contents = readFile(join(folder, file))
    if (contents.length !== bytes || sha256(contents) !== hash) refuse(`${file} is not what was packaged`)
  }
  if (!manifest.files.some(({ file }) => file === board.image)) refuse(`there is no ${board.image}`)
  return { folder, target, board }
}

/** The command that starts the package, as one types it in its folder. */
export function startLine({ target, board }: CheckedPackage, places: Readonly<Record<string, string>>): string {
  const { program, args } = filled(board.start, { ...fillOf(target, board), ...places })
  return [program, ...args]
    .map(word => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ')
}

/** What a self-test said. */
export interface SelfTest {
  readonly line: string
  readonly model: string
  readonly vectors: number
  readonly pass: number
  /** Of one inference; 0 where they cannot be counted. */
  readonly instructions: number
  /** Memory that the model took: its region, or the heap of an interpreter. */
  readonly memoryBytes?: number
  /** High-water of the stack in bytes, where the device tells. */
  readonly stackBytes?: number
}

/**
 * Starts a package and returns its self-test; undefined where the start shows none, as a flasher.
 * Throws HolterError when the device refuses or a vector fails.
 */
export function startPackage(checked: CheckedPackage, places: Readonly<Record<string, string>>): SelfTest | undefined {
  const { folder, target, board } = checked
  const image = join(folder, board.image)
  chmodSync(image, 0o755)
  const said = runProgram(board.start, folder, { ...fillOf(target, board), ...places }, 1800)
  if (!board.showsSelfTest && said.code === 0) return undefined
  const text = said.out + said.err
  const refuse = (problem: string): never => {
    throw new HolterError({ stage: 'package', where: `${target.name} ${board.name}`, problem })
  }
  const line = text.split('\n').find(part => part.startsWith('holter-selftest '))
  if (!line) return refuse(`no line of the self-test: ${text.trim().split('\n')[0] || `exit code ${said.code}`}`)
  const values = line.match(/model=(\S+) vectors=(\d+) pass=(\d+) instructions=(\d+)$/)
  if (!values) return refuse(`the self-test stopped: ${line}`)
  const [vectors, pass, instructions] = values.slice(2).map(Number)
  const memory = text.match(/holter-memory bytes=(\d+)/)
  const stack = text.match(/holter-stack bytes=(\d+)/)
  if (pass !== vectors) refuse(`${vectors - pass} of ${vectors} vectors differ from the reference`)
  return {
    line,
    model: values[1],
    vectors,
    pass,
    instructions,
    ...(memory && { memoryBytes: Number(memory[1]) }),
    ...(stack && { stackBytes: Number(stack[1]) }),
  }
}
