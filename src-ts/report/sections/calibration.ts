import { CALIBRATION_BINS, type Calibration } from '../../metrics/calibration.ts'
import { INT8, labelColour } from '../charts/chart.ts'
import { reliability } from '../charts/reliability.ts'
import { type Html, html } from '../html.ts'
import { score } from '../numbers.ts'
import type { ReportData } from '../report-data.ts'
import { chart, table } from './parts.ts'

/** Returns how far the probabilities can be read as shares, before and after the temperature. */
export async function calibrationSection({ model }: ReportData): Promise<Html> {
  const { calibration, calibrated, temperature, kind } = model.evaluation
  const single = kind === 'single-label'
  const panels = calibration.curves.map((before, j) => {
    const after = calibrated?.curves[j]
    const notes = [
      `error ${score(before.expectedCalibrationError)}${after ? `, at the temperature ${score(after.expectedCalibrationError)}` : ''}`,
    ]
    const colour = single ? INT8 : labelColour(j)
    return chart(reliability(before, after, colour, notes), `Reliability of ${before.name}: ${notes}`)
  })
  const from =
    model.temperatureFrom === 'these records'
      ? html`fitted on <b>these same records</b>, since the model carries none: the numbers after it flatter`
      : 'fitted on the validation fold and carried by the model'
  const columns = ['calibration error', 'Brier score', 'log loss'].map(head => ({ head, number: true }))
  const row = (name: string, { expectedCalibrationError, brierScore, logLoss }: Calibration) => [
    name,
    ...[expectedCalibrationError, brierScore, logLoss].map(score),
  ]
  return html`<section id="calibration"><h2>Calibration</h2>
<p>Of what was said with probability .8, eight of ten should be right. ${CALIBRATION_BINS} bins of equal width; the calibration error is
the mean distance of a bin from the diagonal, ${single ? 'of the largest probability of each record' : 'mean over the labels'}.
${calibrated && html`The temperature ${score(temperature!)} divides the logits; it was ${from}. It changes no decision: thresholds are on the probabilities without it, drawn pale.`}</p>
${table(
  [{ head: 'probabilities' }, ...columns],
  [row('as the model says', calibration), ...(calibrated ? [row('at the temperature', calibrated)] : [])],
)}
<div class="panels">${await Promise.all(panels)}</div>
</section>
`
}
