import type { Command } from 'commander'
import { compile } from './compile.ts'
import { run } from './run.ts'
import { verify } from './verify.ts'

/** Every subcommand, in the order of --help: one file, one line. */
export const commands: readonly Command[] = [compile, run, verify]
