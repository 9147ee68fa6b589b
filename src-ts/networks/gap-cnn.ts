import type { Network } from './network.ts'
import { type StridedConvolution, stridedCnn } from './strided-cnn.ts'

/** Its layers, which `gap-cnn-causal` shares. */
export const gapConvolutions: readonly StridedConvolution[] = [
  { filters: 32, kernelSize: 7 },
  { filters: 48, kernelSize: 5 },
  { filters: 64, kernelSize: 5 },
  { filters: 96, kernelSize: 3 },
  { filters: 96, kernelSize: 3 },
]

/** Five strided convolutions and a pooled head: 73,637 parameters for 12 leads and 5 labels. The demo's network. */
export const gapCnn: Network = stridedCnn({
  name: 'gap-cnn',
  title: 'five strided convolutions, global average pooling; 74 k parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 12,
    batchSize: 64,
    learningRate: 4e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-4,
    augment: 'record',
  },
  convolutions: gapConvolutions,
  dropout: 0.3,
})
