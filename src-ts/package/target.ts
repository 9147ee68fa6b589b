import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { byName, HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import { flavourNames } from '../ops/flavour.ts'
import { root } from '../places.ts'

/** Folder of all targets: one folder each, with a target.json of data only. */
export const targetsFolder = join(root, 'firmware-targets')

/** A program of the system, its arguments, and the packages of Debian that bring it. `{image}`, `{folder}` and `{host}` are filled in. */
const Call = v.strictObject({
  program: v.string(),
  args: v.array(v.string()),
  install: v.string(),
})

const Board = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]*$/)),
  /** The processor, for a person. */
  processor: v.string(),
  /** Compiler and its flags, the link included. */
  compile: Call,
  /** Files of firmware-targets that are compiled or linked beside the model. */
  sources: v.array(v.string()),
  /** Where the self-test's vectors are: in flash, or in the file vectors.bin, which the board reads from its emulator's host. */
  vectors: v.optional(v.picklist(['flash', 'file']), 'flash'),
  /** Whether native code is bound for functions that the module lets a device replace; true where this is absent. */
  natives: v.optional(v.boolean(), true),
  /** Form wasmtime: the kinds of processor that modules are compiled for, best first, with the flavour and arguments of `wasmtime compile`. */
  builds: v.optional(
    v.array(v.strictObject({ name: v.string(), flavour: v.picklist(flavourNames), args: v.array(v.string()) })),
    [],
  ),
  /** Form wasmtime: whose library goes with the package. */
  library: v.optional(v.picklist(['aarch64', 'this-machine']), 'aarch64'),
  /** What it may need, in bytes, RAM with the stack; and how many instructions one inference may take. */
  budget: v.strictObject({
    flashBytes: v.number(),
    ramBytes: v.number(),
    stackBytes: v.number(),
    instructions: v.number(),
  }),
  /**
   * Instructions of a multiply-accumulate, for an estimate from the MACs: the least that networks of the zoo take where the board can
   * count, so that nothing near the budget is refused uncounted, and the most where it cannot.
   */
  instructionsPerMac: v.number(),
  /** Whether `start` is an emulator whose self-test counts instructions. */
  counts: v.optional(v.boolean(), false),
  /** Name of the image in the package. */
  image: v.string(),
  /** Turns the linked program into the image, where its flasher wants another format. */
  convert: v.optional(Call),
  /** Starts the image: an emulator, the host itself, or the flasher of a real board. */
  start: Call,
  /** Whether `start` shows the self-test's line; a real board's flasher does not. */
  showsSelfTest: v.boolean(),
})

const Target = v.strictObject({
  name: v.string(),
  title: v.string(),
  /** How the module is run. */
  form: v.picklist(['c', 'wasm3', 'wasmtime']),
  /** The first is the default. */
  boards: v.pipe(v.array(Board), v.minLength(1)),
})

export type Call = v.InferOutput<typeof Call>
export type Board = v.InferOutput<typeof Board>
export type Target = v.InferOutput<typeof Target>

/** Returns the names of all targets, in the order of the alphabet. */
export function targetNames(): string[] {
  return readdirSync(targetsFolder)
    .filter(name => existsSync(join(targetsFolder, name, 'target.json')))
    .sort()
}

/** Returns a target by its name; an unknown one is an error that lists the choices. */
export function readTarget(name: string): Target {
  byName(
    'target',
    name,
    targetNames().map(known => ({ name: known })),
  )
  const path = join(targetsFolder, name, 'target.json')
  const refuse = (problem: string): never => {
    throw new HolterError({ stage: 'package', where: `${name}/target.json`, problem })
  }
  let data: unknown
  try {
    data = JSON.parse(Buffer.from(readFile(path)).toString())
  } catch (error) {
    return refuse(`is no JSON: ${(error as Error).message}`)
  }
  const parsed = v.safeParse(Target, data)
  if (!parsed.success) {
    const [issue] = parsed.issues
    return refuse(`${v.getDotPath(issue) ?? 'target'}: ${issue.message}`)
  }
  if (parsed.output.name !== name) return refuse('its name is not that of its folder')
  return parsed.output
}

/** Returns a board of a target; the first where none is named. */
export function boardOf(target: Target, name: string | undefined): Board {
  return name === undefined ? target.boards[0] : byName(`board of ${target.name}`, name, target.boards)
}

/** What `{…}` in a board's command lines stands for. */
export function fillOf(target: Target, { image, budget }: Board): Record<string, string> {
  return {
    target: target.name,
    image,
    flashBytes: String(budget.flashBytes),
    ramBytes: String(budget.ramBytes),
    stackBytes: String(budget.stackBytes),
  }
}
