import { type IntGraph, startOf, tensorBytes } from '../ir/graph.ts'
import type { Flavour } from '../ops/flavour.ts'
import { type Draft, draftOf, type PlanOptions } from './draft.ts'
import type { NetworkPlan, Place, Plan, PlannedNode, PlannedRows, PlannedStrips, View } from './plan.ts'
import type { RowCopy, StripWork } from './strips/cut.ts'

export type { PlanOptions } from './draft.ts'

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
  const { sharedArena = false } = options
  const drafts = graphs.map(graph => draftOf(graph, flavour, options))
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
  return { flavour, goal: options.goal ?? 'speed', networks, constantsAddress: end }
}

/** Gives a draft its addresses; `reserve` hands out memory for start-up code. */
function place(draft: Draft, arenaAddress: number, reserve: (bytes: number) => number): NetworkPlan {
  const { graph, cut, targets, buffers, arena, wholeArenaBytes } = draft
  const addressOf = (buffer: number) => arenaAddress + arena.offsets[buffer]
  const viewOf = (tensor: number): View => {
    const { base, offset, pitch } = draft.placements[tensor]
    const buffer = buffers.ofTensor[base]
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
  const nodes = cut.prepared.map((node, step): PlannedNode => {
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
      outputs: cut.graph.nodes[step].outputs.map(viewOf),
      ...(scratch >= 0 && { scratch: scratchOf(scratch) }),
      ...(reservedBytes > 0 && {
        reserved: { name: `${node.view.name} start-up`, address: reserve(reservedBytes), bytes: reservedBytes },
      }),
    }
  })
  const rowsOf = ({ line, tensor, part }: RowCopy, whole: boolean): PlannedRows => {
    const { rowBytes, rows, ahead, fresh, past, outside } = line
    const strip = viewOf(part).address
    const name = graph.tensors[tensor].name
    return { name, rowBytes, rows, ahead, fresh, past, outside, strip, ...(whole && { whole: viewOf(tensor).address }) }
  }
  return {
    graph,
    nodes,
    strips: cut.work.map(work => planStrips(work, rowsOf)),
    ...(wholeArenaBytes && { wholeArenaBytes }),
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

function planStrips(
  { strips: { range, begin, end }, runs, takes, fills, gives, slides }: StripWork,
  rowsOf: (copy: RowCopy, whole: boolean) => PlannedRows,
): PlannedStrips {
  const each = (copies: ReadonlyMap<number, RowCopy>, whole: boolean) =>
    new Map([...copies].map(([step, copy]) => [step, rowsOf(copy, whole)]))
  return {
    first: range.first,
    last: range.last,
    begin,
    end,
    runs,
    takes: takes.map(copy => rowsOf(copy, true)),
    fills: each(fills, false),
    gives: each(gives, true),
    slides: slides.map(copy => rowsOf(copy, false)),
  }
}

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT
}
