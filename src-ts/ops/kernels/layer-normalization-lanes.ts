import type { Multiplier } from '../../ir/fixed-point.ts'
import type { Emitter, Kernel } from '../kernel.ts'

/** What LayerNormalization prepares. */
export interface LayerNormalizationPrepared {
  readonly rows: number
  readonly length: number
  /** ε on the scale of a row's spread. */
  readonly epsilon: number
  /** From 1 / √spread to the output's scale. */
  readonly factor: Multiplier
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/** Rows whose factors are computed side by side, as in src-as/layer-normalization-lanes.ts. */
const GROUP = 16

/** Rows of int8, eight elements at a time. */
export const layerNormalizationLanes: Kernel<LayerNormalizationPrepared> = {
  name: 'layer-normalization-lanes',
  flavours: ['simd', 'relaxed'],
  fits: ({ length }, { element }) => element.name === 'i8' && length >= 8,
  scratchBytes: () => 16 * GROUP,
  inPlace: () => [0],
  emit: (p, to) =>
    to.call('layer-normalization-lanes', 'layerNormalizationLanes', [
      ...rowArguments(p, to),
      ['scratch', to.scratch()],
    ]),
}

/** What both kernels are called with. */
export function rowArguments(p: LayerNormalizationPrepared, to: Emitter): [string, ...number[]][] {
  return [
    ['input', to.input(0), p.rows, p.length],
    ['output', to.output(0), p.outputZero],
    ['epsilon', p.epsilon],
    ['scale', p.factor.multiplier, p.factor.shift],
    ['clamp', p.min, p.max],
  ]
}
