import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { renderReport } from '../../src-ts/report/render-report.ts'
import type { ReportData } from '../../src-ts/report/report-data.ts'
import { beatReport, fullReport, LABELS } from './report-data.ts'
import { elementsOf, textOf } from './well-formed.ts'

const test = suite('report/render-report')
const data = fullReport()
const page = await renderReport(data)

test('is well-formed, in one piece, below 2 MB', () => {
  assert.ok(elementsOf(page).length > 1000)
  assert.ok(page.length < 2e6, `${page.length} bytes`)
  assert.ok(page.startsWith('<!DOCTYPE html>') && page.trimEnd().endsWith('</html>'))
})

test('loads nothing: no script, no address outside the page', () => {
  const outside = elementsOf(page).flatMap<unknown>(({ name, attributes }) =>
    ['script', 'link', 'img', 'iframe', 'image', 'use', 'object', 'embed', 'base', 'form'].includes(name)
      ? [name]
      : Object.entries(attributes).filter(([key, value]) => /^(xlink:)?href$|^src/.test(key) && !value.startsWith('#')),
  )
  assert.equal(outside, [])
  assert.not.match(page, /https?:|url\(|@import|\bon\w+="/i)
})

test('links lead to sections that exist', () => {
  const all = elementsOf(page)
  const ids = all.flatMap(({ attributes }) => attributes.id ?? [])
  const targets = all.flatMap(({ attributes }) => attributes.href?.slice(1) ?? [])
  assert.equal(new Set(ids).size, ids.length, 'ids are unique')
  assert.equal(ids.toSorted(), targets.toSorted())
})

test('gives every row of a table as many cells as it has heads', () => {
  const tables = page
    .split('<table')
    .slice(1)
    .map(part => part.slice(0, part.indexOf('</table>')))
  assert.ok(tables.length >= 9)
  for (const text of tables) {
    const [head, ...rows] = text.split('<tr').slice(1)
    const heads = head.split('<th ').length - 1
    for (const row of rows) assert.is(row.split('<td').length - 1, heads, row)
  }
})

test('says in large letters whether the data is real', async () => {
  assert.match(page, '<strong>SYNTHETIC DATA</strong>')
  const real = await renderReport({
    ...data,
    data: { ...data.data, name: 'ptb-xl', synthetic: false, source: 'a folder' },
  })
  assert.match(real, '<strong>REAL DATA: ptb-xl</strong>')
  assert.not.match(real, /SYNTHETIC DATA/)
})

test('holds every number that it is asked to show', () => {
  const text = textOf(page)
  const { model: int8, base: float, making, data: counts } = data
  for (const label of LABELS)
    for (const model of [int8, float!]) {
      assert.match(text, model.evaluation.auc[label].toFixed(3))
      assert.match(text, model.evaluation.perClass[label].sensitivity.toFixed(3))
    }
  assert.match(text, `${counts.folds![3]}`)
  assert.match(text, 'no superclass: 64')
  assert.match(text, making.hashes['model.tflite'])
  assert.match(text, making.command)
  assert.match(text, 'not run: wasm3 is not installed')
  assert.match(text, 'first at row 4, byte 2: 17 instead of 16')
  assert.match(text, 'This is not a medical device.')
})

test('keeps the label order in the legend, in the panels, in the tables and in the colours', () => {
  const text = textOf(page)
  const orderAfter = (start: string) => {
    const from = text.indexOf(start)
    assert.ok(from >= 0, start)
    return LABELS.map(label => text.indexOf(`|${label}|`, from))
  }
  for (const start of [
    'Records per split',
    '|All labels|',
    '|AUC with interval|',
    '|At the thresholds|',
    '|int8 probability|',
  ]) {
    const places = orderAfter(start)
    assert.ok(
      places.every((place, i) => place > 0 && (i === 0 || place > places[i - 1])),
      `${start}: ${places}`,
    )
  }
  // The legend's swatches and the curve of each panel: label j has colour j, whatever its name.
  const legend = page.slice(page.indexOf('role-legend-entry'))
  const swatches = [...legend.matchAll(/stroke="var\(--label-(\d)\)"/g)].slice(0, 5).map(([, j]) => Number(j))
  assert.equal(swatches, [0, 1, 2, 3, 4])
  LABELS.forEach((label, j) => {
    const panel = page.slice(page.indexOf(`ROC curve of ${label}`))
    assert.is(panel.match(/stroke="var\(--label-(\d)\)"/)?.[1], String(j))
  })
})

test('escapes what comes from outside', async () => {
  const id = '<script>alert("1 & \'2\'")</script>'
  const evil: ReportData = {
    ...fullReport({ exampleIds: [id], labels: ['<b>', '"&', 'C', 'D', 'E'] }),
    network: '<i onload=1>',
  }
  const hostile = await renderReport({
    ...evil,
    layers: evil.layers!.map(layer => ({ ...layer, name: '</style><script>' })),
    making: { ...evil.making, command: '</code><script>', versions: { '<script>': '"><script>' } },
  })
  assert.not.match(hostile, /<script|<i onload/)
  assert.match(textOf(hostile), `Record ${id}`)
  assert.ok(elementsOf(hostile).length > 1000)
})

test('is the same text for the same data', async () => {
  assert.is(await renderReport(fullReport()), page)
})

test('does without what is optional', async () => {
  const { training, base, difference, parity, layers, memory, files, ...rest } = data
  const short = await renderReport({ ...rest, examples: [] })
  assert.ok(elementsOf(short).length > 500)
  assert.not.match(textOf(short), /float|undefined|NaN|Training|Network|Files/)
})

test('shows an evaluation of labels that exclude each other: matrix, calibration, worst records in relative units', async () => {
  const report = beatReport()
  const shown = await renderReport(report)
  const text = textOf(shown)
  assert.ok(elementsOf(shown).length > 500)
  assert.not.match(text, /undefined|NaN|int8 probability\|float|Example records|At the thresholds|mm\/mV/)
  assert.match(text, '201 and 202 are one person.')
  const { accuracy, macroF1, confusionMatrix, calibration, calibrated } = report.model.evaluation
  for (const number of [accuracy, macroF1, calibration.brierScore, calibrated!.brierScore])
    assert.match(text, number.toFixed(3))
  assert.match(text, `${confusionMatrix![0][1]}`)
  assert.match(text, /fitted on .*these same records.*flatter/)
  assert.match(text, 'relative units · 0.33 s')
  const [gross] = report.aami!.ec57.sums
  assert.match(text, (100 * gross.gross.VEB.sensitivity).toFixed(2))
  assert.match(text, 'Ectopic beats by EC57: the first 5 minutes of each recording are not scored')
  const losses = report.examples.map(example => example.loss!)
  assert.equal(
    losses,
    losses.toSorted((a, b) => b - a),
  )
  for (const { id, loss } of report.examples) assert.match(text, `Record ${id}, loss ${loss!.toFixed(3)}`)
  assert.not.equal(report.examples[0].truth, report.examples[0].called)
})

test('shows a label without an AUC as such', async () => {
  const { evaluation, roc } = data.model
  const none = {
    falsePositiveRate: Float64Array.of(0, 1),
    truePositiveRate: Float64Array.of(NaN, NaN),
    thresholds: Float64Array.of(Infinity, 0),
  }
  const { base, difference, ...rest } = data
  const shown = await renderReport({
    ...rest,
    model: {
      ...data.model,
      roc: { ...roc, CD: none },
      evaluation: {
        ...evaluation,
        auc: { ...evaluation.auc, CD: NaN },
        aucInterval: { ...evaluation.aucInterval, CD: [NaN, NaN] },
        leftOut: ['CD'],
      },
    },
  })
  assert.match(textOf(shown), 'left out of the mean: CD (no positives or no negatives)')
  assert.not.match(shown, /NaN|undefined/)
})

test('refuses scores of other labels', async () => {
  try {
    await renderReport({ ...data, labels: [...LABELS, 'AFIB'] })
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, /\[report\] int8: no scores for a label .*expected AFIB/)
  }
})

test.run()
