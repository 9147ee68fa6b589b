import type { Interval } from '../../metrics/bootstrap.ts'
import { type Html, html } from '../html.ts'
import { count, counted, duration, large, range, score, signed, size } from '../numbers.ts'
import type { ReportData, ScoredModel } from '../report-data.ts'

/** Returns title, the large line that says what the data is, and the numbers that matter most. */
export function headline(data: ReportData): Html {
  return html`<header>
<h1>${data.network} on ${data.task}</h1>
<p class="lead">${data.lead}</p>
${banner(data)}
<ul class="tiles">${tiles(data).map(
    ({ name, value, note, kind }) => html`<li>${name}<b class="${kind ?? 'plain'}">${value}</b><span>${note}</span></li>
`,
  )}</ul>
</header>
`
}

function banner({ data, split, model: { evaluation } }: ReportData): Html {
  const scored = `Scores: ${counted(evaluation.records, 'record')} of ${counted(evaluation.patients, 'patient')}, ${split} split.`
  const notes = (data.notes ?? []).map(note => html`<p><b>${note}</b></p>`)
  if (data.synthetic)
    return html`<div class="banner synthetic"><strong>SYNTHETIC DATA</strong>
Signals made by a generator (${data.source}). The scores show that the tool works; they say nothing about patients. ${scored}${notes}</div>`
  return html`<div class="banner"><strong>REAL DATA: ${data.name}</strong>
Read from ${data.source}. ${scored} A score on a part of a database does not compare with published scores on all of it.${notes}</div>`
}

interface Tile {
  readonly name: string
  readonly value: string
  readonly note: string
  readonly kind?: 'good' | 'bad'
}

function tiles(data: ReportData): Tile[] {
  const { model, base, difference, split, making } = data
  const seconds = making.stages.reduce((sum, stage) => sum + stage.seconds, 0)
  return [
    ...scoreTiles(model, split),
    ...(base ? scoreTiles(base, split) : []),
    ...(difference && base
      ? [
          {
            name: `${model.name} − ${base.name}, ${difference.title}`,
            value: signed(difference.difference),
            note: `95 %: ${difference.interval.map(signed).join(' to ')}`,
          },
        ]
      : []),
    ...buildTiles(data),
    {
      name: data.files ? 'made in' : 'scored in',
      value: duration(seconds),
      note: making.seed === undefined ? split : `seed ${making.seed}`,
    },
  ]
}

/** The numbers that models of this kind of labels are compared by. */
function scoreTiles({ name, evaluation }: ScoredModel, split: string): Tile[] {
  const { kind, macroAuc, macroAucInterval, macroF1, macroF1Interval, accuracy, accuracyInterval } = evaluation
  const tile = (title: string, value: number, interval: Interval): Tile => ({
    name: `${name} ${title}`,
    value: score(value),
    note: `${split}, 95 %: ${range(interval)}`,
  })
  if (kind === 'multi-label') return [tile('macro AUC', macroAuc, macroAucInterval)]
  return [tile('accuracy', accuracy, accuracyInterval), tile('macro F1', macroF1, macroF1Interval)]
}

function buildTiles({ parity, layers, memory, files }: ReportData): Tile[] {
  const ran = parity?.filter(row => row.skipped === undefined)
  const same = ran?.filter(row => row.differing === 0)
  const total = (field: 'macs' | 'weights') => layers!.reduce((sum, layer) => sum + layer[field], 0)
  const file = files?.find(({ name }) => name.endsWith('.tflite'))
  return [
    ...(ran && same
      ? [
          {
            name: 'equal to the reference',
            value: `${same.length} of ${ran.length}`,
            kind: same.length === ran.length ? ('good' as const) : ('bad' as const),
            note: `runs, ${count(ran.reduce((sum, row) => sum + row.outputs, 0))} bytes compared`,
          },
        ]
      : []),
    ...(layers
      ? [
          {
            name: 'weights',
            value: large(total('weights')),
            note: file ? `${size(file.bytes)} as ${file.name}` : 'int8',
          },
          { name: 'multiply-accumulates', value: large(total('macs')), note: 'per inference' },
        ]
      : []),
    ...(memory
      ? [{ name: 'arena', value: size(memory.arenaBytes), note: `lower bound ${size(memory.arenaLowerBoundBytes)}` }]
      : []),
  ]
}
