import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeCardCommand } from '../../src-ts/commands/make-card.ts'
import { evaluate } from '../../src-ts/metrics/evaluation.ts'
import { type Card, cardMarkdown } from '../../src-ts/report/card.ts'
import { madeUpBeats, madeUpPredictions } from '../metrics/predictions.ts'

const test = suite('report/card')
const models = fileURLToPath(new URL('../../models/', import.meta.url))
const cards = readdirSync(models).filter(file => file.endsWith('.card.json'))
const read = (file: string) => readFileSync(models + file, 'utf8')

test('the Markdown of every model in the zoo is what its JSON gives', () => {
  assert.ok(cards.length >= 5)
  for (const file of cards)
    assert.is(read(file.replace('.card.json', '.md')), cardMarkdown(JSON.parse(read(file))), file)
})

test('no command of a card names a model of models/ that does not ship', () => {
  for (const file of cards) {
    for (const command of JSON.parse(read(file)).commands as string[]) {
      const name = /^holter evaluate models\/(\S+)/.exec(command)?.[1]
      if (name !== undefined) assert.ok(existsSync(models + name), `${file}: ${command}`)
    }
  }
})

test('synthetic records stand in the head of a card: those of the making, and those of the figures', () => {
  const card: Card = JSON.parse(read('ecg-tiny.card.json'))
  assert.not.match(cardMarkdown(card), /SYNTHETIC/)
  const provenance = { ...card.metadata.provenance, quantization: { data: { name: 'synthetic', synthetic: true } } }
  const made = cardMarkdown({ ...card, metadata: { ...card.metadata, provenance } })
  assert.match(made, /^ecg-tiny was made with SYNTHETIC records: it says nothing about patients\.$/m)
  const figures = card.figures.map(f => ({ ...f, data: { ...f.data, synthetic: true } }))
  assert.match(cardMarkdown({ ...card, figures }), /^SYNTHETIC records: the scores say nothing about patients\.$/m)
})

test('a card of labels that exclude each other shows accuracy, macro F1 and each label’s F1, with the notes of the data', () => {
  const card: Card = JSON.parse(read('ecg-tiny.card.json'))
  const evaluation = evaluate(madeUpBeats({ seed: 1, records: 400 }), [0.5, 0.5, 0.5, 0.5], { resamples: 100 })
  const note = 'Records 201 and 202 come from one patient.'
  const about = { model: 'models/beats.tflite', split: 'test', engine: 'node', notes: [note] }
  const data = { name: 'mit-bih', synthetic: false, sha256: '00' }
  const labels = ['N', 'S', 'V', 'F']
  const features = { names: ['RR', 'ratio'], mean: [0, 0], deviation: [1, 1] }
  const text = cardMarkdown({
    ...card,
    metadata: { ...card.metadata, kind: 'single-label', labels, leads: ['MLII'], features },
    notes: ['Not shipped: too large.', note],
    figures: [
      { ...about, ...evaluation, data },
      { ...about, ...evaluation, data, engine: 'tfjs' },
    ],
  })
  const rows = text.split('\n').filter(line => line.startsWith('|'))
  const heads =
    '| model, split | records (patients) | accuracy | 95 % interval | macro F1 | 95 % interval | F1 N | F1 S | F1 V | F1 F |'
  assert.is(rows[0], heads)
  const { accuracy, macroF1, perClass } = evaluation
  const figures = [accuracy, macroF1, ...labels.map(label => perClass[label].f1)].map(value => value.toFixed(3))
  assert.ok(rows[2].startsWith('| int8, test | 400 (20) |'), rows[2])
  assert.equal(
    rows[2]
      .split(' | ')
      .filter(cell => /^[\d.]+( \|)?$/.test(cell))
      .map(cell => cell.slice(0, 5)),
    figures,
  )
  assert.ok(rows[3].startsWith('| float, test |'))
  assert.is(text.split(note).length, 2, 'each note once')
  assert.match(text, `\n${note}\n\nNot shipped: too large.\n`)
  assert.match(text, 'from 1 lead, 1000 samples at 100 Hz, and 2 numbers.')
})

test('make-card keeps the numbers of calibration, leaves its curves to the page, and refuses a model that does not ship', () => {
  const dir = mkdtempSync(join(tmpdir(), 'holter-card-'))
  try {
    const [model, evaluation] = [join(dir, 'ecg-tiny.tflite'), join(dir, 'evaluation.json')]
    copyFileSync(`${models}ecg-tiny.tflite`, model)
    const predictions = madeUpPredictions({ seed: 1, records: 100, labels: ['CD', 'HYP', 'MI', 'NORM', 'STTC'] })
    const scores = evaluate(predictions, [0.5, 0.5, 0.5, 0.5, 0.5], { resamples: 20, temperature: 1.3 })
    const data = { name: 'ptb-xl', synthetic: false, sha256: '00' }
    writeFileSync(
      evaluation,
      JSON.stringify({ model: 'ecg-tiny', split: 'validation', engine: 'node', data, ...scores }),
    )
    makeCardCommand([model, evaluation])
    const [figures] = JSON.parse(readFileSync(join(dir, 'ecg-tiny.card.json'), 'utf8')).figures
    const { curves: _, ...numbers } = scores.calibrated!
    assert.equal(figures.calibrated, numbers)
    assert.is(figures.temperature, 1.3)
    assert.not.match(JSON.stringify(figures), 'curves')
    assert.match(readFileSync(join(dir, 'ecg-tiny.md'), 'utf8'), 'PTB-XL 1.0.3, CC BY 4.0.')
    writeFileSync(evaluation, JSON.stringify({ ...figures, model: 'models/no-such-model' }))
    assert.throws(
      () => makeCardCommand([model, evaluation]),
      /evaluation\.json: the evaluated model does not ship, .* \(got models\/no-such-model\)/,
    )
    for (const place of [`${dir}/models/x`, '../models/x', 'build/../../x']) {
      writeFileSync(evaluation, JSON.stringify({ ...figures, model: place }))
      assert.throws(
        () => makeCardCommand([model, evaluation]),
        /evaluation\.json: the evaluated model lies outside the project/,
      )
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('make-card refuses what is no evaluation of the model, and writes nothing then', () => {
  const dir = mkdtempSync(join(tmpdir(), 'holter-card-'))
  try {
    const [model, evaluation] = [join(dir, 'ecg-tiny.tflite'), join(dir, 'evaluation.json')]
    copyFileSync(`${models}ecg-tiny.tflite`, model)
    const [figures] = JSON.parse(read('ecg-tiny.card.json')).figures
    const { NORM: _, ...others } = figures.auc
    for (const [text, reason] of [
      ['[1', 'Expected'],
      ['[]', 'model: '],
      ['null', 'the whole: '],
      ['{}', 'model: '],
      [JSON.stringify({ ...figures, records: undefined }), 'records: '],
      [JSON.stringify({ ...figures, macroAucInterval: 1 }), 'macroAucInterval: '],
      [JSON.stringify({ ...figures, auc: others }), 'auc.NORM: '],
      [JSON.stringify({ ...figures, aami: { all: {} } }), 'aami.all.fromMinutes: '],
    ] as const) {
      writeFileSync(evaluation, text)
      assert.throws(
        () => makeCardCommand([model, evaluation]),
        (error: Error) => {
          const begin = `[report] ${evaluation}: this is no evaluation of the model; ${reason}`
          return error.message.startsWith(begin) || assert.is(error.message, begin)
        },
      )
    }
    assert.equal(readdirSync(dir).sort(), ['ecg-tiny.tflite', 'evaluation.json'])
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test.run()
