import { type Html, html } from '../html.ts'
import { count, counted, duration, large, range, score, signed, size } from '../numbers.ts'
import type { ReportData } from '../report-data.ts'

/** Returns title, the large line that says what the data is, and the numbers that matter most. */
export function headline(data: ReportData): Html {
  return html`<header>
<h1>${data.network} on ${data.task}</h1>
<p class="lead">Trained in TypeScript, quantized to int8, compiled to WebAssembly, compared with its reference byte by byte.</p>
${banner(data)}
<ul class="tiles">${tiles(data).map(
    ({ name, value, note, kind }) => html`<li>${name}<b class="${kind ?? 'plain'}">${value}</b><span>${note}</span></li>
`,
  )}</ul>
</header>
`
}

function banner({ data, split, int8 }: ReportData): Html {
  const scored = `Scores: ${counted(int8.evaluation.records, 'record')} of ${counted(int8.evaluation.patients, 'patient')}, ${split} split.`
  if (data.synthetic)
    return html`<div class="banner synthetic"><strong>SYNTHETIC DATA</strong>
Signals made by a generator (${data.source}). The scores show that the tool works; they say nothing about patients. ${scored}</div>`
  return html`<div class="banner"><strong>REAL DATA: ${data.name}</strong>
Read from ${data.source}. ${scored} A score on a part of a database does not compare with published scores on all of it.</div>`
}

interface Tile {
  readonly name: string
  readonly value: string
  readonly note: string
  readonly kind?: 'good' | 'bad'
}

function tiles({ float, int8, difference, parity, layers, memory, files, making, split }: ReportData): Tile[] {
  const auc = (name: string, { evaluation }: typeof int8): Tile => ({
    name: `${name} macro AUC`,
    value: score(evaluation.macroAuc),
    note: `${split}, 95 %: ${range(evaluation.macroAucInterval)}`,
  })
  const ran = parity.filter(row => row.skipped === undefined)
  const same = ran.filter(row => row.differing === 0)
  const total = (field: 'macs' | 'weights') => layers.reduce((sum, layer) => sum + layer[field], 0)
  const model = files.find(file => file.name.endsWith('.tflite'))
  return [
    auc('int8', int8),
    ...(float ? [auc('float', float)] : []),
    ...(difference
      ? [
          {
            name: 'int8 − float',
            value: signed(difference.difference),
            note: `95 %: ${difference.interval.map(signed).join(' to ')}`,
          },
        ]
      : []),
    {
      name: 'equal to the reference',
      value: `${same.length} of ${ran.length}`,
      kind: same.length === ran.length ? 'good' : 'bad',
      note: `runs, ${count(ran.reduce((sum, row) => sum + row.outputs, 0))} bytes compared`,
    },
    { name: 'weights', value: large(total('weights')), note: model ? `${size(model.bytes)} as ${model.name}` : 'int8' },
    { name: 'multiply-accumulates', value: large(total('macs')), note: 'per inference' },
    { name: 'arena', value: size(memory.arenaBytes), note: `lower bound ${size(memory.arenaLowerBoundBytes)}` },
    {
      name: 'made in',
      value: duration(making.stages.reduce((sum, stage) => sum + stage.seconds, 0)),
      note: `seed ${making.seed}`,
    },
  ]
}
