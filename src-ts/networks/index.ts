import { gapCnn } from './gap-cnn.ts'
import { inceptionCnn } from './inception-cnn.ts'
import type { Network } from './network.ts'

/** Every network that can be trained by name. */
export const networks: readonly Network[] = [gapCnn, inceptionCnn]
