import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { HolterError } from '../errors.ts'
import { readFile, sha256 } from '../files.ts'
import { filled } from './programs.ts'
import { runSelfTest, type SelfTest } from './self-test.ts'
import { type Board, boardOf, fillOf, readTarget, type Target } from './target.ts'

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

/**
 * Starts a package and returns its self-test; undefined where the start shows none, as a flasher.
 * Throws HolterError when the device refuses or a vector fails.
 */
export function startPackage(
  { folder, target, board }: CheckedPackage,
  places: Readonly<Record<string, string>>,
): SelfTest | undefined {
  return runSelfTest(board, folder, { ...fillOf(target, board), ...places })
}
