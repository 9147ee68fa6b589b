import type { SelectionScore } from '../metrics/selection-score.ts'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { count, counted } from '../report/numbers.ts'
import { facts } from '../report/terminal.ts'
import type { MadeModel, TrainResult } from '../runs/train.ts'
import { interrupted } from './context.ts'
import { printJson, printJsonError } from './options.ts'

/** Prints what a training made, and sets the exit code when it was interrupted. */
export function printTraining(result: TrainResult | undefined, { json }: { readonly json?: boolean }): void {
  if (!result) return void interrupted()
  const { ended, epochs, made } = result
  if (ended === 'interrupted') {
    const sentence = `Interrupted after ${counted(epochs, 'full epoch')}. Go on with the same command and --resume.`
    console.error(sentence)
    if (!made) printJsonError(sentence)
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
