import type { IntData, IntGraph } from '../ir/graph.ts'
import type { Flavour } from '../ops/flavour.ts'
import type { Kernel, KernelTarget } from '../ops/kernel.ts'
import type { PreparedNode } from '../reference/prepare.ts'
import type { Arena } from './arena.ts'
import type { Buffer } from './buffers.ts'

/**
 * How networks become a module, before any text is made: the kernel of every node, every tensor's place, start-up work.
 * Plain data: codegen/emit.ts prints it as AssemblyScript, print.ts for a person, and inspect, cards and budgets read it.
 */
export interface Plan {
  readonly flavour: Flavour
  readonly goal: KernelTarget['goal']
  readonly networks: readonly NetworkPlan[]
  /** Where constants begin: everything below is working memory. */
  readonly constantsAddress: number
}

/** One network of a plan. */
export interface NetworkPlan {
  readonly graph: IntGraph
  readonly nodes: readonly PlannedNode[]
  /** What lives in the arena, and from which node to which. */
  readonly buffers: readonly Buffer[]
  readonly arena: Arena
  readonly arenaAddress: number
  readonly inputs: readonly Place[]
  readonly outputs: readonly Place[]
  readonly states: readonly PlannedState[]
  /** Ranges of nodes that run once for each strip; their views are those of one strip. */
  readonly strips: readonly PlannedStrips[]
  /** Bytes of the arena without strips, where these were asked for. */
  readonly wholeArenaBytes?: number
}

/** Nodes that run in a loop, each time on the rows of one strip. */
export interface PlannedStrips {
  readonly first: number
  readonly last: number
  /** The loop's first number and the one after its last. */
  readonly begin: number
  readonly end: number
  /** The first and the last strip that have rows of each node's output. */
  readonly runs: ReadonlyMap<number, readonly [number, number]>
  /** Before the first node. */
  readonly takes: readonly PlannedRows[]
  /** After the node of this number. */
  readonly fills: ReadonlyMap<number, PlannedRows>
  readonly gives: ReadonlyMap<number, PlannedRows>
  /** After the last node. */
  readonly slides: readonly PlannedRows[]
}

/** The rows of a tensor of which memory holds a strip. */
export interface PlannedRows {
  readonly name: string
  readonly rowBytes: number
  /** Rows of the whole tensor. */
  readonly rows: number
  /** Those of strip i begin at `ahead` + i · `fresh`. */
  readonly ahead: number
  readonly fresh: number
  /** Rows in front of them that are kept from strip to strip. */
  readonly past: number
  /** Byte of rows beyond the tensor; undefined where nothing reads them. */
  readonly outside?: number
  /** Of the whole tensor; undefined where memory never holds it. */
  readonly whole?: number
  /** Of the strip's rows, those that are kept in front of them included. */
  readonly strip: number
}

/** Memory that a network keeps from one hop to the next; nothing else lies there. */
export interface PlannedState extends Place {
  /** Where its next value is after a hop, if not in its place already. */
  readonly from?: number
  /** Its first value. */
  readonly start: IntData
}

/** One node, with the kernel that computes it and the places of what it reads and writes. */
export interface PlannedNode {
  readonly prepared: PreparedNode
  /** Undefined where the output is the input's bytes under another shape: nothing runs. */
  readonly kernel?: Kernel
  /** Estimated nanoseconds; undefined where the kernel names none. */
  readonly cost?: number
  /** Other kernels that fit, cheapest first, for a person who asks why. */
  readonly rejected: readonly { readonly name: string; readonly cost?: number }[]
  readonly target: KernelTarget
  /** Data inputs, in order. */
  readonly inputs: readonly View[]
  readonly outputs: readonly View[]
  /** Working memory while the node runs. */
  readonly scratch?: Place
  /** Memory that start-up code fills and that lives as long as the module. */
  readonly reserved?: Place
}

/** Bytes of linear memory with a name. */
export interface Place {
  readonly name: string
  readonly address: number
  readonly bytes: number
}

/** Where a tensor lies: all of a buffer, or a part of a wider tensor's. */
export interface View {
  /** Index of the buffer that holds it. */
  readonly buffer: number
  readonly address: number
  /** Bytes from one row of the last axis to the next; more than a row where the tensor is a part of a concatenation along that axis. */
  readonly pitch: number
}
