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
const MARGIN = 16
/** Between lines that pass boxes at their right. */
const LANE = 7
/** Lanes between two columns of boxes. */
const LANES_BETWEEN = 3

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
header { margin: 24px 16px 0 } h1 { font-size: 18px; margin: 0; overflow-wrap: anywhere } p { margin: 4px 0 0; color: #5a6675 }
svg { display: block; max-width: 100%; height: auto } text { font-size: 12px; fill: #1c2430 } .shape { fill: #5a6675; font-size: 11px }
rect { fill: #eef3fa; stroke: #7d93b2 } .port rect { fill: #fff; stroke-dasharray: 4 3 }
path { fill: none; stroke: #7b899c; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  body { background: #14181f } body, text { color: #e4e9f0; fill: #e4e9f0 } p { color: #9aa7b8 } .shape { fill: #9aa7b8 }
  rect { fill: #232c3a } .port rect { fill: #14181f }
}`

/**
 * Returns a page that draws a network: one box for each input, node and output, below all that it reads. Pointing at a box shows
 * its weights and scales. Where the page is narrower than the drawing, all boxes stand in one column. No script, and nothing that it
 * loads from anywhere.
 */
export function graphPage({ graph, arena }: NetworkPlan): string {
  const { layers, parameters, macs } = layerTable(graph)
  const boxes = boxesOf(graph, layers)
  const wide = drawing(boxes, rowsOf(boxes), graph.name)
  const narrow = drawing(
    boxes,
    boxes.map((_, i) => [i]),
    graph.name,
  )
  const sum = `${count(parameters)} weights and biases, ${count(macs)} MACs, arena ${count(arena.bytes)} bytes`
  const synthetic = graph.metadata !== undefined && madeWithSynthetic(graph.metadata)
  const page = html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>${graph.name}</title><style>${raw(STYLE + showing(wide.width, narrow.width))}</style></head><body>
<header><h1>${graph.name}</h1><p>${sum}</p>${synthetic && html`<p><b>${syntheticModelSentence(graph.name)}</b></p>`}</header>
<main>${wide.width > narrow.width && html`<div class="wide">${wide.svg}</div>`}<div class="narrow">${narrow.svg}</div></main></body></html>
`
  return page.html
}

/** Each drawing shows where it has room. */
function showing(wide: number, narrow: number): string {
  if (wide <= narrow) return ''
  return `
@media (max-width: ${wide - 1}px) { .wide { display: none } }
@media (min-width: ${wide}px) { .narrow { display: none } }`
}

/** Draws boxes in rows. Lines stand in front, so that none hides behind a box. */
function drawing(
  boxes: readonly Box[],
  rows: readonly (readonly number[])[],
  name: string,
): { svg: Html; width: number } {
  const rowOf = new Map(rows.flatMap((row, depth) => row.map(box => [box, depth] as const)))
  const lines = boxes.flatMap((box, to) =>
    box.from.map(from => ({ from, to, span: [rowOf.get(from)!, rowOf.get(to)!] as const })),
  )
  const lanes = lanesOf(lines.map(({ span }) => span))
  const columns = Math.max(...rows.map(row => row.length))
  const lanesAtRight = columns > 1 ? LANES_BETWEEN : Math.max(0, ...lanes.map(lane => lane + 1))
  const width = 2 * MARGIN + columns * (BOX.width + GAP.x) - GAP.x + lanesAtRight * LANE
  const height = 2 * MARGIN + rows.length * (BOX.height + GAP.y) - GAP.y
  const at = placesOf(rows, width - lanesAtRight * LANE)
  const edges = lines.map(({ from, to, span: [above, below] }, i) =>
    below - above > 1 && Math.abs(at[from].x - at[to].x) < 1.5 * BOX.width
      ? passing(at[from], at[to], columns > 1 ? lanes[i] % LANES_BETWEEN : lanes[i])
      : edge(at[from], at[to]),
  )
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="The graph of ${name}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${boxes.map((box, i) => drawn(box, at[i]))}${edges}
</svg>
`
  return { svg, width }
}

/** Gives each line that passes rows the first lane that is free over its whole length. */
function lanesOf(spans: readonly (readonly [above: number, below: number])[]): number[] {
  const ends: number[] = []
  const order = [...spans.keys()].sort((a, b) => spans[a][0] - spans[b][0])
  const lanes: number[] = spans.map(() => -1)
  for (const i of order) {
    const [above, below] = spans[i]
    if (below - above <= 1) continue
    const free = ends.findIndex(end => end <= above)
    lanes[i] = free < 0 ? ends.length : free
    ends[lanes[i]] = below
  }
  return lanes
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

interface Place {
  readonly x: number
  readonly y: number
}

function placesOf(rows: readonly (readonly number[])[], width: number): Place[] {
  const places: Place[] = []
  rows.forEach((row, depth) => {
    const left = (width - row.length * (BOX.width + GAP.x) + GAP.x) / 2
    row.forEach((box, i) => {
      places[box] = { x: left + i * (BOX.width + GAP.x), y: MARGIN + depth * (BOX.height + GAP.y) }
    })
  })
  return places
}

/** A line from the bottom of one box to the top of another. */
function edge(from: Place, to: Place): Html {
  const [x1, y1, x2, y2] = [from.x + BOX.width / 2, from.y + BOX.height, to.x + BOX.width / 2, to.y]
  const lift = (y2 - y1) / 2
  return html`<path d="M${x1} ${y1}C${x1} ${y1 + lift} ${x2} ${y2 - lift} ${x2} ${y2}"/>
`
}

/** A line at the right of the boxes that it passes. */
function passing(from: Place, to: Place, lane: number): Html {
  const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + BOX.height * 0.65, to.x + BOX.width, to.y + BOX.height * 0.35]
  return html`<path d="M${x1} ${y1}H${Math.max(x1, x2) + (lane + 1) * LANE}V${y2}H${x2}"/>
`
}

function drawn({ title, lines, kind }: Box, { x, y }: Place): Html {
  const fitted = lines.map(line => (line.length > 32 ? `${line.slice(0, 31)}…` : line))
  return html`<g class="${kind}" transform="translate(${x} ${y})"><title>${title}</title>
<rect width="${BOX.width}" height="${BOX.height}" rx="6"/><text x="10" y="19">${fitted[0]}</text>
<text class="shape" x="10" y="36">${fitted[1]}</text></g>
`
}
