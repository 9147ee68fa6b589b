import type { SelectionScore } from '../metrics/selection-score.ts'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { count } from '../report/numbers.ts'
import { facts } from '../report/terminal.ts'
import type { MadeModel, TrainResult } from '../runs/train.ts'
import { printJson } from './options.ts'

/** Prints what a training made, and sets the exit code when it was interrupted. */
export function printTraining({ ended, epochs, made }: TrainResult, { json }: { readonly json?: boolean }): void {
  if (ended === 'interrupted') {
    console.error(`Interrupted after ${epochs} full epochs. Go on with the same command and --resume.`)
    process.exitCode = 1
  }
  if (made) json ? printJson(made.figures) : console.log(textOf(made))
}

function textOf({ figures, float, int8, validationRecords, out }: MadeModel): string {
  const { network, parameters, trainableParameters, best, epochs, data } = figures
  const scored = (score?: SelectionScore) =>
    score
      ? `validation ${score.title} ${score.value.toFixed(4)} on ${validationRecords} records`
      : 'not scored: the validation records were trained on too'
  const text = facts([
    ['network', `${network}, ${count(parameters)} parameters, ${count(trainableParameters)} trainable`],
    ['kept epoch', `${best?.epoch} of ${epochs.length}`],
    ['float', scored(float)],
    ['int8', scored(int8)],
    ['written', `${out}/model.json, weights.bin, model.tflite`],
  ])
  return data.synthetic ? `${SYNTHETIC_SENTENCE}\n${text}` : text
}
