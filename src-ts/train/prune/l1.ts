import type { MaskMethod } from './method.ts'
import { cutSmallest } from './smallest.ts'

/** Unstructured pruning by magnitude (Han et al., NeurIPS 2015). */
export const l1: MaskMethod = {
  kind: 'masks',
  name: 'l1',
  title: 'single weights of the smallest magnitude',
  masks: (kernels, amount) => cutSmallest(kernels, 1, amount),
}
