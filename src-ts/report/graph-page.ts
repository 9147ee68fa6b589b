import { type Layer, layerTable } from '../codegen/layer-table.ts'
import type { IntGraph } from '../ir/graph.ts'
import { madeWithSynthetic } from '../ir/metadata.ts'
import type { NetworkPlan } from '../plan/plan.ts'
import { syntheticModelSentence } from './data-sentences.ts'
import { type Html, html, raw } from './html.ts'
import { count, large, share } from './numbers.ts'

/** Sizes in pixels. */
const BOX = { width: 200, height: 46 }
const GAP = { x: 28, y: 34 }
const MARGIN = 24

/** A box of the drawing: an input, a node or an output. */
interface Box {
  readonly title: string
  readonly lines: readonly [string, string]
  readonly kind: 'port' | 'node'
  /** Boxes that it reads from. */
  readonly from: readonly number[]
}

const STYLE = `
body { margin: 0; font: 14px/1.4 system-ui, sans-serif; background: #fff; color: #1c2430 }
h1 { font-size: 18px; margin: 24px 24px 0 } p { margin: 4px 24px 0; color: #5a6675 }
svg { display: block } text { font-size: 12px; fill: #1c2430 } .shape { fill: #5a6675; font-size: 11px }
rect { fill: #eef3fa; stroke: #7d93b2 } .port rect { fill: #fff; stroke-dasharray: 4 3 }
path { fill: none; stroke: #9aa7b8; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  body { background: #14181f } body, text { color: #e4e9f0; fill: #e4e9f0 } rect { fill: #232c3a } .port rect { fill: #14181f }
}`

/**
 * Returns a page that draws a network: one box for each input, node and output, below all that it reads. Pointing at a box shows
 * its weights and scales. No script, and nothing that it loads from anywhere.
 */
export function graphPage({ graph, arena }: NetworkPlan): string {
  const { layers, parameters, macs } = layerTable(graph)
  const boxes = boxesOf(graph, layers)
  const rows = rowsOf(boxes)
  const widest = Math.max(...rows.map(row => row.length))
  const width = 2 * MARGIN + widest * (BOX.width + GAP.x) - GAP.x
  const height = 2 * MARGIN + rows.length * (BOX.height + GAP.y) - GAP.y
  const at = placesOf(rows, width)
  const edges = boxes.flatMap((box, i) => box.from.map(from => edge(at[from], at[i])))
  const sum = `${count(parameters)} weights, ${count(macs)} MACs, arena ${count(arena.bytes)} bytes`
  const synthetic = graph.metadata !== undefined && madeWithSynthetic(graph.metadata)
  const page = html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/><title>${graph.name}</title><style>${raw(STYLE)}</style></head><body>
<h1>${graph.name}</h1><p>${sum}</p>${synthetic && html`<p><b>${syntheticModelSentence(graph.name)}</b></p>`}
<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${edges}${boxes.map((box, i) => drawn(box, at[i]))}
</svg></body></html>
`
  return page.html
}

function boxesOf(graph: IntGraph, layers: readonly Layer[]): Box[] {
  const boxes: Box[] = []
  const producer = new Map<number, number>()
  const shape = (tensor: number) => graph.tensors[tensor].shape.join('×')
  for (const i of graph.inputs) {
    const lines = ['input', `${graph.tensors[i].name}, ${shape(i)}`] as const
    producer.set(i, boxes.push({ title: lines[1], lines, kind: 'port', from: [] }) - 1)
  }
  graph.nodes.forEach((node, step) => {
    const from = [...new Set(node.inputs)].flatMap(i => producer.get(i) ?? [])
    const macs = layers[step].macs ? `, ${large(layers[step].macs)} MACs` : ''
    const lines = [`${step} ${node.op}`, `${shape(node.outputs[0])}${macs}`] as const
    const box = boxes.push({ title: titleOf(layers[step]), lines, kind: 'node', from }) - 1
    for (const i of node.outputs) producer.set(i, box)
  })
  for (const i of graph.outputs) {
    const lines = ['output', `${graph.tensors[i].name}, ${shape(i)}`] as const
    boxes.push({ title: lines[1], lines, kind: 'port', from: [producer.get(i)!] })
  }
  return boxes
}

function titleOf({ name, weights, nonZeroWeights, deadChannels, scales: { output } }: Layer): string {
  const held = weights
    ? [`${count(weights)} weights`, `${share(nonZeroWeights, weights)} not zero`, `${deadChannels} dead channels`]
    : []
  const real = output ? [`scale ${output.scale}`, `zero point ${output.zeroPoint}`] : []
  return [name, ...held, ...real].join(', ')
}

/** Rows from the top: each box stands one row below the lowest that it reads from. */
function rowsOf(boxes: readonly Box[]): number[][] {
  const depth: number[] = []
  const rows: number[][] = []
  boxes.forEach(({ from }, i) => {
    depth[i] = from.reduce((deepest, box) => Math.max(deepest, depth[box] + 1), 0)
    rows[depth[i]] = [...(rows[depth[i]] ?? []), i]
  })
  return rows
}

function placesOf(rows: readonly (readonly number[])[], width: number): { x: number; y: number }[] {
  const places: { x: number; y: number }[] = []
  rows.forEach((row, depth) => {
    const left = (width - row.length * (BOX.width + GAP.x) + GAP.x) / 2
    row.forEach((box, i) => {
      places[box] = { x: left + i * (BOX.width + GAP.x), y: MARGIN + depth * (BOX.height + GAP.y) }
    })
  })
  return places
}

/** A line from the bottom of one box to the top of another; one that passes rows in between bends around their boxes. */
function edge(from: { x: number; y: number }, to: { x: number; y: number }): Html {
  const [x1, y1, x2, y2] = [from.x + BOX.width / 2, from.y + BOX.height, to.x + BOX.width / 2, to.y]
  const passes = y2 - y1 > GAP.y + 1 && Math.abs(x1 - x2) < 1.5 * BOX.width
  const bend = passes ? BOX.width * 0.75 : 0
  const lift = (y2 - y1) / (passes ? 4 : 2)
  return html`<path d="M${x1} ${y1}C${x1 + bend} ${y1 + lift} ${x2 + bend} ${y2 - lift} ${x2} ${y2}"/>
`
}

function drawn({ title, lines, kind }: Box, { x, y }: { x: number; y: number }): Html {
  const fitted = lines.map(line => (line.length > 32 ? `${line.slice(0, 31)}…` : line))
  return html`<g class="${kind}" transform="translate(${x} ${y})"><title>${title}</title>
<rect width="${BOX.width}" height="${BOX.height}" rx="6"/><text x="10" y="19">${fitted[0]}</text>
<text class="shape" x="10" y="36">${fitted[1]}</text></g>
`
}
