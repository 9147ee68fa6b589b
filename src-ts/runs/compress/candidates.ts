import type { WeightBits } from '../../ops/op.ts'

/** How a cut model becomes integers. */
interface Finish {
  readonly weightBits: WeightBits
  /** Whether it is trained as integers (quantization-aware training). */
  readonly aware: boolean
}

/** One way of compressing a model: a share of its channels is cut, then it is quantized. */
export interface Candidate extends Finish {
  /** 'cut-30-w7-aware': names its files. */
  readonly name: string
  /** Of the channels of every layer; 0 leaves the model as it is. */
  readonly share: number
}

/** Every way in which a cut model becomes integers, the cheapest first. */
const finishes: readonly Finish[] = [
  { weightBits: 8, aware: false },
  { weightBits: 7, aware: false },
  { weightBits: 8, aware: true },
]

/** Returns the candidates that leave `1 − share` of the channels. Without epochs nothing is trained as integers. */
export function candidatesOf(share: number, awareEpochs: number): Candidate[] {
  return finishes
    .filter(({ aware }) => !aware || awareEpochs > 0)
    .map(finish => ({ ...finish, share, name: nameOf(share, finish) }))
}

function nameOf(share: number, { weightBits, aware }: Finish): string {
  return `cut-${Math.round(100 * share)}${weightBits === 8 ? '' : `-w${weightBits}`}${aware ? '-aware' : ''}`
}

/** How long candidates are trained. */
export interface Effort {
  /** Epochs after the cut, taught by the model before it. */
  readonly epochs: number
  /** Peak rate of these epochs; default a tenth of the recipe's. */
  readonly learningRate?: number
  /** Epochs as integers. */
  readonly awareEpochs: number
}

/** Returns a candidate as the steps of a chain (runs/steps), for work that is repeated on folds. */
export function stepsOf(
  { share, weightBits, aware }: Candidate,
  { epochs, learningRate, awareEpochs }: Effort,
): string[] {
  const rate = learningRate === undefined ? '' : ` --learning-rate ${learningRate}`
  const cut = `prune --method channels --sparsity ${share} --epochs ${epochs}${rate}`
  return [...(share ? [cut] : []), `quantize --weight-bits ${weightBits} --epochs ${aware ? awareEpochs : 0}`]
}
