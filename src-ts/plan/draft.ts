import type { IntGraph } from '../ir/graph.ts'
import type { Flavour } from '../ops/flavour.ts'
import type { KernelTarget } from '../ops/kernel.ts'
import { type PreparedNode, prepareGraph } from '../reference/prepare.ts'
import { type Arena, liveBytes, planArena } from './arena.ts'
import { type Buffers, buffersOf } from './buffers.ts'
import { type Candidate, candidates } from './choose.ts'
import { type ChosenNode, type Placement, placeTensors } from './placement.ts'
import { type CutGraph, cutGraph, stripPreparer, wholeGraph } from './strips/cut.ts'
import { findStrips } from './strips/find.ts'
import type { Strips } from './strips/lines.ts'

/** What a plan may trade. */
export interface PlanOptions {
  /** Default 'speed'. */
  readonly goal?: KernelTarget['goal']
  /**
   * 'min' computes runs of nodes strip by strip where that makes the arena smaller: tensors between them never exist whole. For tests a
   * function may choose the strips. A network with states keeps its whole tensors. Default: every node runs once.
   */
  readonly ram?: 'min' | ((graph: IntGraph, prepared: readonly PreparedNode[]) => readonly Strips[])
  /** Lets concatenations be written in place by the nodes before them, and nodes work in place, where that takes no more memory. Default true. */
  readonly views?: boolean
  /** Lets several networks without states share one arena: each run overwrites what the others left, their outputs too. Default false. */
  readonly sharedArena?: boolean
  /** Puts a node's kernels into another order, best first, or others in their place: for tests and tuning. Default: by their cost. */
  readonly choose?: (fitting: readonly Candidate[], node: PreparedNode, target: KernelTarget) => readonly Candidate[]
}

/** A network whose addresses are not known yet. */
export interface Draft {
  readonly graph: IntGraph
  /** What runs: the graph, or its strips. */
  readonly cut: CutGraph
  readonly targets: readonly KernelTarget[]
  /** Of each node, best first; empty where nothing runs. */
  readonly candidates: readonly (readonly Candidate[])[]
  readonly placements: readonly Placement[]
  readonly buffers: Buffers
  readonly arena: Arena
  /** Bytes of the arena without strips, where these were asked for. */
  readonly wholeArenaBytes?: number
}

/** Chooses the kernels of a network and places its tensors. Throws HolterError where TFLM would refuse a node. */
export function draftOf(graph: IntGraph, flavour: Flavour, options: PlanOptions): Draft {
  const { ram } = options
  const prepared = prepareGraph(graph)
  const drafter = new Drafter(flavour, options)
  const plain = drafter.draft(graph, wholeGraph(graph, prepared))
  if (!ram) return plain
  const withWhole = (draft: Draft): Draft => ({ ...draft, wholeArenaBytes: plain.arena.bytes })
  if (graph.states?.length) return withWhole(plain)
  const prepare = stripPreparer(prepared)
  const cut = (strips: readonly Strips[]) => cutGraph(graph, prepared, strips, prepare)
  if (ram !== 'min') return withWhole(drafter.draft(graph, cut(ram(graph, prepared))))
  const least = drafter.draft(graph, cut(findStrips(graph, prepared, strips => drafter.liveBytes(cut(strips)))))
  return withWhole(least.arena.bytes < plain.arena.bytes ? least : plain)
}

class Drafter {
  private readonly flavour: Flavour
  private readonly options: PlanOptions
  /** Cuts of one network share many nodes. */
  private readonly known = new Map<PreparedNode['view'], readonly Candidate[]>()

  constructor(flavour: Flavour, options: PlanOptions) {
    this.flavour = flavour
    this.options = options
  }

  draft(graph: IntGraph, cut: CutGraph): Draft {
    const chosen = this.chosen(cut)
    const inMemory = (withViews: boolean) => {
      const memory = memoryOf(cut, chosen, withViews)
      return { ...memory, arena: planArena(memory.buffers.buffers) }
    }
    // A concatenation that is written from its first part on lives longer: now and then that costs more memory than it saves.
    const plain = inMemory(false)
    const viewed = (this.options.views ?? true) ? inMemory(true) : plain
    const memory = viewed.arena.bytes <= plain.arena.bytes ? viewed : plain
    const fitting = cut.prepared.map(node => this.candidates(node))
    return { graph, cut, targets: chosen.map(({ target }) => target), candidates: fitting, ...memory }
  }

  /** Bytes that live at each step, from step −1 on. */
  liveBytes(cut: CutGraph): number[] {
    return liveBytes(memoryOf(cut, this.chosen(cut), this.options.views ?? true).buffers.buffers)
  }

  private chosen({ prepared }: CutGraph): ChosenNode[] {
    return prepared.map(node => ({
      prepared: node,
      kernel: this.candidates(node).at(0)?.kernel,
      target: this.target(node),
    }))
  }

  private candidates(node: PreparedNode): readonly Candidate[] {
    const { choose = fitting => fitting } = this.options
    const target = this.target(node)
    const fitting = this.known.get(node.view) ?? choose(candidates(node, target), node, target)
    this.known.set(node.view, fitting)
    return fitting
  }

  private target({ element }: PreparedNode): KernelTarget {
    return { flavour: this.flavour, element, goal: this.options.goal ?? 'speed' }
  }
}

function memoryOf(cut: CutGraph, chosen: readonly ChosenNode[], views: boolean) {
  const scratchBytes = chosen.map(
    ({ kernel, prepared, target }) => kernel?.scratchBytes?.(prepared.constants, target) ?? 0,
  )
  const placements = placeTensors(cut, chosen, views)
  return { placements, buffers: buffersOf(cut, placements, scratchBytes) }
}
