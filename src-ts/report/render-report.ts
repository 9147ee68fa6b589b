import { readFileSync } from 'node:fs'
import { HolterError } from '../errors.ts'
import { html, raw } from './html.ts'
import type { ReportData } from './report-data.ts'
import { calibrationSection } from './sections/calibration.ts'
import { dataSection } from './sections/data.ts'
import { ectopicSection } from './sections/ectopic.ts'
import { examplesSection, examplesTitle } from './sections/examples.ts'
import { footer } from './sections/footer.ts'
import { headline } from './sections/headline.ts'
import { makingSection } from './sections/making.ts'
import { networkSection } from './sections/network.ts'
import { paritySection } from './sections/parity.ts'
import { scoresSection } from './sections/scores.ts'
import { timesSection } from './sections/times.ts'
import { trainingSection } from './sections/training.ts'

/**
 * Returns one self-contained HTML page: no script, nothing that it loads from anywhere. The same data gives the same text.
 * Throws HolterError when a model was scored on other labels than `data.labels`.
 */
export async function renderReport(data: ReportData): Promise<string> {
  for (const { name, roc } of [data.model, ...(data.base ? [data.base] : [])]) {
    const missing = data.labels.find(label => !roc[label])
    if (missing === undefined) continue
    const [problem, got] = ['no scores for a label', Object.keys(roc).join(', ')]
    throw new HolterError({ stage: 'report', where: name, problem, got, expected: missing })
  }
  const style = readFileSync(new URL('./report.css', import.meta.url), 'utf8')
  const contents = [
    ['data', 'Data'],
    ...(data.training ? [['training', 'Training']] : []),
    ['scores', 'Scores'],
    ...(data.aami ? [['ectopic', 'Ectopic beats']] : []),
    ['calibration', 'Calibration'],
    ...(data.examples.length ? [['examples', examplesTitle(data)]] : []),
    ...(data.layers ? [['network', 'Network']] : []),
    ...(data.parity ? [['parity', 'Equal to the reference']] : []),
    ...(data.times?.length ? [['times', 'Inference time']] : []),
    ...(data.files ? [['files', 'Files']] : []),
    ['making', 'How it was made'],
  ]
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${data.network} on ${data.task}: Holter report</title>
<style>
${raw(style)}</style>
</head>
<body>
${headline(data)}
<nav aria-label="Sections">${contents.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
<main>
${dataSection(data)}
${await trainingSection(data)}
${await scoresSection(data)}
${ectopicSection(data)}
${await calibrationSection(data)}
${examplesSection(data)}
${await networkSection(data)}
${paritySection(data)}
${timesSection(data)}
${makingSection(data)}
</main>
${footer}
</body>
</html>
`
  return page.html
}
