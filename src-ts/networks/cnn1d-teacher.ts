import { cnn1d } from './cnn1d.ts'
import type { Network } from './network.ts'

/** The large network that others learn from: 6,526,255 parameters for 12 leads and 5 labels, 6,522,555 of them trainable. */
export const cnn1dTeacher: Network = cnn1d({
  name: 'cnn1d-teacher',
  title: 'four convolutions of up to 1,000 channels, global average pooling; 6.5 M parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 20,
    batchSize: 64,
    learningRate: 1e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-4,
    augment: 'record',
    cropSamples: 250,
  },
  channels: [100, 250, 500, 1000],
})
