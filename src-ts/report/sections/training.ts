import { trainingCurve } from '../charts/training-curve.ts'
import { type Html, html } from '../html.ts'
import { count, duration, score } from '../numbers.ts'
import type { ReportData } from '../report-data.ts'
import { chart } from './parts.ts'

/** Returns the training curves; nothing when the model was not trained in this run. */
export async function trainingSection({ training, model }: ReportData): Promise<Html> {
  if (!training?.epochs.length) return html``
  const { epochs, bestEpoch, parameters, seconds } = training
  const title = model.evaluation.kind === 'single-label' ? 'macro F1' : 'macro AUC'
  const best = epochs.find(({ epoch }) => epoch === bestEpoch)
  return html`<section id="training"><h2>Training</h2>
<p>${count(parameters)} parameters, ${epochs.length} epochs in ${duration(seconds)}. The circle marks the weights that were kept:
epoch ${bestEpoch}${best && html`, validation ${title} ${score(best.score)}`}.</p>
<div class="pair">
${await chart(trainingCurve(epochs, bestEpoch, 'loss', 'Training loss'), 'Training loss per epoch')}
${await chart(trainingCurve(epochs, bestEpoch, 'score', `Validation ${title}`), `Validation ${title} per epoch`)}
</div>
</section>
`
}
