import { CHART_WIDTHS, memoryOverRun } from '../charts/memory.ts'
import { type Html, html } from '../html.ts'
import { count, share, size } from '../numbers.ts'
import type { LayerRow, ReportData } from '../report-data.ts'
import { bar, chart, table } from './parts.ts'

/** Two words for nearly the same, which a report uses both. */
const WEIGHTS =
  'Weights are the numbers that the int8 model holds, biases among them. Parameters are the numbers of the float network: there are more of ' +
  'them, because batch normalization has its own until it is folded into the weights.'

/** Drawn twice: a page shows what fits. */
const SIZES = ['chart-wide', 'chart-narrow'] as const

/** Returns the layers with their cost, and the memory that the run needs. */
export async function networkSection({ layers, memory }: ReportData): Promise<Html> {
  if (!layers || !memory) return html``
  const { arenaBytes, arenaLowerBoundBytes, constantBytes } = memory
  const above = arenaBytes - arenaLowerBoundBytes
  return html`<section id="network"><h2>Network</h2>
<p>${WEIGHTS}</p>
${layerTable(layers, arenaBytes)}
<h3>Memory over the run</h3>
<p>Arena ${size(arenaBytes)} (${count(arenaBytes)} B), ${above > 0 ? `${count(above)} B above` : 'equal to'} the lower bound: the largest number of bytes
that must be held while one node runs. Held are a node's inputs, outputs and scratch, and what later nodes still need.
Weights and tables are constants of the module and need ${size(constantBytes)} more.</p>
${await Promise.all(
  SIZES.map(size => chart(memoryOverRun(layers, memory, CHART_WIDTHS[size]), 'Bytes held while each node runs', size)),
)}
</section>
`
}

function layerTable(layers: readonly LayerRow[], arenaBytes: number): Html {
  const sum = (field: 'macs' | 'weights' | 'nonZeroWeights') => layers.reduce((total, layer) => total + layer[field], 0)
  const [macs, weights, nonZero] = [sum('macs'), sum('weights'), sum('nonZeroWeights')]
  const numbers = ['MACs', 'share of MACs', 'weights', 'not zero', 'output', 'share of arena']
  return table(
    [{ head: 'node' }, { head: 'op' }, { head: 'output shape' }, ...numbers.map(head => ({ head, number: true }))],
    layers.map((layer, i) => [
      html`<span class="muted">${i + 1}</span> ${layer.name}`,
      layer.op,
      layer.outputShape.join(' × '),
      count(layer.macs),
      html`${share(layer.macs, macs)}${bar(layer.macs / macs)}`,
      layer.weights ? count(layer.weights) : '',
      layer.weights ? share(layer.nonZeroWeights, layer.weights) : '',
      size(layer.outputBytes),
      html`${share(layer.outputBytes, arenaBytes)}${bar(layer.outputBytes / arenaBytes)}`,
    ]),
    [['all', '', '', count(macs), '', count(weights), share(nonZero, weights), '', '']],
  )
}
