import { rowBytes } from '../codegen/manifest.ts'
import { exposeTensors } from '../ir/cut.ts'
import { type IntGraph, tensorBytes } from '../ir/graph.ts'
import { rowStream } from '../reference/run.ts'
import { writeTflite } from '../tflite/index.ts'
import type { Engine, RunnableModel } from './engine.ts'
import { formName } from './form.ts'
import { runnable } from './model.ts'
import { reference } from './reference.ts'
import { pushOnce } from './session.ts'

/** The first byte of a network that differs, in the order in which nodes run. */
export interface FirstDifference {
  /** Index, name and kind of the node that wrote it. */
  readonly step: number
  readonly node: string
  readonly op: string
  /** Row of the inputs, and place in the node's output, both from 0. */
  readonly input: number
  readonly byte: number
  readonly got: number
  readonly expected: number
}

/** What an engine's intermediate tensors are beside the reference's. */
export interface LayerParity {
  readonly engine: string
  readonly flavour: string
  readonly nodes: number
  /** Nodes of which some output byte differs; those after the first often only inherit it. */
  readonly differing: number
  readonly first?: FirstDifference
}

/**
 * Pushes rows through each engine and form with every intermediate tensor as an output, and compares all of them with the
 * reference, node by node. Tensors that are outputs are not overwritten: what only a bad memory plan would break shows in the
 * whole network, not here.
 */
export async function compareLayers(
  { graph }: Pick<RunnableModel, 'graph'>,
  engines: readonly Engine[],
  inputs: Int8Array,
  count: number,
): Promise<LayerParity[]> {
  const model = runnable(writeTflite(exposeTensors(graph)), graph.name)
  const expected = rowStream(model.graph).push(inputs, count)
  const rows: LayerParity[] = []
  for (const engine of engines) {
    if (engine === reference || (engine.missing() ?? engine.refuses?.(graph)) !== undefined) continue
    for (const form of engine.forms) {
      const got = await pushOnce(engine, model, form, inputs, count)
      rows.push({
        engine: engine.name,
        flavour: formName(form),
        nodes: graph.nodes.length,
        ...firstDifference(model.graph, got, expected),
      })
    }
  }
  return rows
}

/** Finds the first node with a differing byte; both arrays hold rows of all outputs of an exposed graph. */
export function firstDifference(
  graph: IntGraph,
  got: Int8Array,
  expected: Int8Array,
): Pick<LayerParity, 'differing' | 'first'> {
  const pitch = rowBytes(graph, graph.outputs)
  let start = 0
  let differing = 0
  let first: FirstDifference | undefined
  for (const [step, node] of graph.nodes.entries()) {
    const bytes = node.outputs.reduce((sum, i) => sum + tensorBytes(graph.tensors[i]), 0)
    const at = findDifference(got, expected, start, bytes, pitch)
    if (at !== undefined) {
      differing++
      const place = { input: Math.floor(at / pitch), byte: (at % pitch) - start }
      first ??= { step, node: node.name, op: node.op, ...place, got: got[at], expected: expected[at] }
    }
    start += bytes
  }
  return { differing, ...(first && { first }) }
}

function findDifference(got: Int8Array, expected: Int8Array, start: number, bytes: number, pitch: number) {
  for (let row = start; row < expected.length; row += pitch) {
    for (let at = row; at < row + bytes; at++) if (got[at] !== expected[at]) return at
  }
  return undefined
}
