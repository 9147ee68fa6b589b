import { cnn1d } from './cnn1d.ts'
import type { Network } from './network.ts'

/** The small sister of cnn1d-teacher: 535,005 parameters for 12 leads and 5 labels, 534,005 of them trainable. */
export const cnn1dStudent: Network = cnn1d({
  name: 'cnn1d-student',
  title: 'three convolutions of up to 300 channels, global average pooling; 535 k parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 20,
    batchSize: 64,
    learningRate: 2e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-4,
    augment: 'record',
    cropSamples: 250,
  },
  channels: [50, 150, 300],
})
