import { gapConvolutions } from './gap-cnn.ts'
import type { Network } from './network.ts'
import { stridedCnn } from './strided-cnn.ts'

/** `gap-cnn` without padding: no feature sees a border of the record, so that `holter stream` can compute it hop by hop. */
export const gapCnnCausal: Network = stridedCnn({
  name: 'gap-cnn-causal',
  title: 'gap-cnn without padding, for streams; 74 k parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 75,
    batchSize: 64,
    learningRate: 4e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-4,
    augment: 'record',
    cropSamples: 250,
    auxiliary: 1,
  },
  convolutions: gapConvolutions,
  dropout: 0.3,
  padding: 'valid',
})
