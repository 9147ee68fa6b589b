import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Build } from '../codegen/build.ts'
import { layerTable } from '../codegen/layer-table.ts'
import { temporaryFolder } from '../files.ts'
import { programOnPath } from '../toolchain.ts'
import { refuseOver } from './budget.ts'
import type { Order } from './form.ts'
import { vectorFiles } from './form-c.ts'
import { mustRun } from './programs.ts'
import { runSelfTest } from './self-test.ts'
import { type Board, fillOf } from './target.ts'
import { firstVectors } from './vectors.ts'

/** What one inference takes, and how that is known. */
export interface Instructions {
  readonly instructions: number
  /** The emulator that counted them; undefined where they are estimated from the MACs. */
  readonly countedBy?: string
  /** High-water of the stack in bytes, where it was counted. */
  readonly stackUsed?: number
}

/** The least, the largest and a random input: more would take an interpreter minutes, and change the mean by less than a hundredth. */
const VECTORS = 3

/** What one inference will take, from the MACs alone. */
export function estimateInstructions({ made, board }: Order): Instructions {
  return { instructions: Math.round(made.manifest.macs * board.instructionsPerMac) }
}

/**
 * Builds the package in `folder` once more with few vectors, boots it in the board's emulator, and returns the mean of an inference;
 * undefined where the board has no emulator that counts, or it is not installed. Throws HolterError when a vector fails.
 */
export function countInstructions(order: Order, folder: string): Instructions | undefined {
  const { board, target, vectors } = order
  if (!board.counts || !programOnPath(board.start.program)) return undefined
  const copy = temporaryFolder('count')
  try {
    cpSync(folder, copy, { recursive: true })
    for (const { name, contents } of vectorFiles({ ...order, vectors: firstVectors(vectors, VECTORS) }))
      writeFileSync(join(copy, name), contents)
    const fill = fillOf(target, board)
    mustRun(board.compile, copy, fill)
    const test = runSelfTest(board, copy, fill)
    return test && { instructions: test.instructions, countedBy: board.start.program, stackUsed: test.stackBytes }
  } finally {
    rmSync(copy, { recursive: true })
  }
}

/** Throws HolterError when instructions of one inference, estimated or counted, or the stack that was used are over a board's budget. */
export function checkInstructions(taken: Instructions, board: Board, made: Build): void {
  const { instructions, countedBy, stackUsed = 0 } = taken
  const { name, budget, instructionsPerMac } = board
  if (stackUsed >= budget.stackBytes) {
    refuseOver(
      name,
      'stack',
      'bytes',
      stackUsed,
      budget.stackBytes - 1,
      'Raise stackBytes in target.json: RAM pays for it',
    )
  }
  if (instructions <= budget.instructions) return
  const [{ graph }] = made.program.plan.networks
  const { layers, macs } = layerTable(graph)
  const largest = layers.reduce((a, b) => (b.macs > a.macs ? b : a))
  const share = Math.round((100 * largest.macs) / macs)
  const over = Math.ceil((instructions - budget.instructions) / (instructions / macs))
  refuseOver(
    name,
    countedBy ? `instructions, counted by ${countedBy},` : `instructions, estimated at ${instructionsPerMac} a MAC,`,
    'instructions',
    instructions,
    budget.instructions,
    `${JSON.stringify(largest.name)} has ${share} % of the ${macs} MACs: fewer channels, or a larger stride before it, must save ${over} MACs`,
  )
}
