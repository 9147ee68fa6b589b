import { type IntGraph, startOf, tensorBytes } from '../ir/graph.ts'
import type { Flavour } from '../ops/flavour.ts'
import type { KernelTarget } from '../ops/kernel.ts'
import { type PreparedNode, prepareGraph } from '../reference/prepare.ts'
import { type Arena, planArena } from './arena.ts'
import { type Buffers, buffersOf } from './buffers.ts'
import { type Candidate, candidates } from './choose.ts'
import { type Placement, placeTensors } from './placement.ts'
import type { NetworkPlan, Place, Plan, PlannedNode, View } from './plan.ts'

/** What a plan may trade. */
export interface PlanOptions {
  /** Default 'speed'. */
  readonly goal?: KernelTarget['goal']
  /** Lets concatenations be written in place by the nodes before them, and nodes work in place, where that takes no more memory. Default true. */
  readonly views?: boolean
  /** Lets several networks without states share one arena: each run overwrites what the others left, their outputs too. Default false. */
  readonly sharedArena?: boolean
  /** Puts a node's kernels into another order, best first, or others in their place: for tests and tuning. Default: by their cost. */
  readonly choose?: (fitting: readonly Candidate[], node: PreparedNode, target: KernelTarget) => readonly Candidate[]
}

/**
 * The first KiB stays unused: asc tells binaryen so (setLowMemoryUnused), which then turns `x + 384` of an address into an offset
 * of the load. With a table at 384 and x below 0 that load would trap.
 */
const FIRST_ADDRESS = 1024
/** Vector loads may read up to this many bytes past a tensor; what they read is multiplied by zero. */
const SLACK = 16
const ALIGNMENT = 16

/**
 * Returns the plan of one network, or of several in one module. From low addresses to high: arenas, what start-up code fills,
 * constants. The same graphs give the same plan. Throws HolterError where TFLM would refuse a node.
 */
export function makePlan(graphs: readonly IntGraph[], flavour: Flavour, options: PlanOptions = {}): Plan {
  const { goal = 'speed', views = true, sharedArena = false, choose = fitting => fitting } = options
  const drafts = graphs.map(graph => draftOf(graph, flavour, goal, views, choose))
  const shared = sharedArena && graphs.every(({ states }) => !states?.length)
  let end = FIRST_ADDRESS
  const arenaAddresses = drafts.map(({ arena }) => {
    const address = shared ? FIRST_ADDRESS : end
    end = Math.max(end, address + arena.bytes + SLACK)
    return address
  })
  const reserve = (bytes: number) => {
    const address = align(end)
    end = address + bytes + SLACK
    return address
  }
  const networks = drafts.map((draft, i) => place(draft, arenaAddresses[i], reserve))
  return { flavour, goal, networks, constantsAddress: end }
}

/** A network whose addresses are not known yet. */
interface Draft {
  readonly graph: IntGraph
  readonly prepared: readonly PreparedNode[]
  readonly targets: readonly KernelTarget[]
  /** Of each node, best first; empty where nothing runs. */
  readonly candidates: readonly (readonly Candidate[])[]
  readonly placements: readonly Placement[]
  readonly buffers: Buffers
  readonly arena: Arena
}

function draftOf(
  graph: IntGraph,
  flavour: Flavour,
  goal: KernelTarget['goal'],
  views: boolean,
  choose: NonNullable<PlanOptions['choose']>,
): Draft {
  const prepared = prepareGraph(graph)
  const targets = prepared.map(({ element }) => ({ flavour, element, goal }))
  const fitting = prepared.map((node, step) => choose(candidates(node, targets[step]), node, targets[step]))
  const chosen = prepared.map((node, step) => ({
    prepared: node,
    kernel: fitting[step].at(0)?.kernel,
    target: targets[step],
  }))
  const scratchBytes = chosen.map(
    ({ kernel, prepared, target }) => kernel?.scratchBytes?.(prepared.constants, target) ?? 0,
  )
  const inMemory = (withViews: boolean) => {
    const placements = placeTensors(graph, chosen, withViews)
    const buffers = buffersOf(graph, placements, scratchBytes)
    return { placements, buffers, arena: planArena(buffers.buffers) }
  }
  // A concatenation that is written from its first part on lives longer: now and then that costs more memory than it saves.
  const plain = inMemory(false)
  const viewed = views ? inMemory(true) : plain
  const memory = viewed.arena.bytes <= plain.arena.bytes ? viewed : plain
  return { graph, prepared, targets, candidates: fitting, ...memory }
}

/** Gives a draft its addresses; `reserve` hands out memory for start-up code. */
function place(draft: Draft, arenaAddress: number, reserve: (bytes: number) => number): NetworkPlan {
  const { graph, prepared, targets, buffers, arena } = draft
  const addressOf = (buffer: number) => arenaAddress + arena.offsets[buffer]
  const viewOf = (tensor: number): View => {
    const { offset, pitch } = draft.placements[tensor]
    const buffer = buffers.ofTensor[tensor]
    return { buffer, address: addressOf(buffer) + offset, pitch }
  }
  const portOf = (tensor: number): Place => ({
    name: graph.tensors[tensor].name,
    address: viewOf(tensor).address,
    bytes: tensorBytes(graph.tensors[tensor]),
  })
  const scratchOf = (buffer: number): Place => {
    const { name, bytes } = buffers.buffers[buffer]
    return { name, address: addressOf(buffer), bytes }
  }
  const nodes = prepared.map((node, step): PlannedNode => {
    const [best, ...others] = draft.candidates[step]
    const scratch = buffers.ofScratch[step]
    const reservedBytes = best?.kernel.reservedBytes?.(node.constants, targets[step]) ?? 0
    return {
      prepared: node,
      kernel: best?.kernel,
      cost: best?.cost,
      rejected: others.map(({ kernel, cost }) => ({ name: kernel.name, cost })),
      target: targets[step],
      inputs: node.dataInputs.map(viewOf),
      outputs: graph.nodes[step].outputs.map(viewOf),
      ...(scratch >= 0 && { scratch: scratchOf(scratch) }),
      ...(reservedBytes > 0 && {
        reserved: { name: `${node.view.name} start-up`, address: reserve(reservedBytes), bytes: reservedBytes },
      }),
    }
  })
  return {
    graph,
    nodes,
    buffers: buffers.buffers,
    arena,
    arenaAddress,
    inputs: graph.inputs.map(portOf),
    outputs: graph.outputs.map(portOf),
    states: (graph.states ?? []).map(state => {
      const own = portOf(state.current)
      const from = portOf(state.next).address
      return { ...own, ...(from !== own.address && { from }), start: startOf(state, graph.tensors) }
    }),
  }
}

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT
}
