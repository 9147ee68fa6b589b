import type { Convolution } from './convolution.ts'

/** A convolution along one axis: `taps` over pixels of `inC` bytes. Dense layers and 1×1 convolutions have one tap. */
export interface Line {
  readonly batches: number
  readonly inT: number
  readonly outT: number
  readonly taps: number
  readonly stride: number
  readonly dilation: number
  readonly pad: number
}

/** Returns a convolution as one along a line, where its height, its width or its filter is 1; else undefined. */
export function lineOf({ window: w }: Pick<Convolution, 'window'>): Line | undefined {
  const pointwise = w.filterH === 1 && w.filterW === 1 && w.strideH === 1 && w.strideW === 1
  if (pointwise) {
    const pixels = w.batches * w.inH * w.inW
    return { batches: 1, inT: pixels, outT: pixels, taps: 1, stride: 1, dilation: 1, pad: 0 }
  }
  const { batches } = w
  if (w.inH === 1 && w.filterH === 1) {
    const { inW: inT, outW: outT, filterW: taps, strideW: stride, dilationW, padLeft: pad } = w
    return { batches, inT, outT, taps, stride, dilation: taps > 1 ? dilationW : 1, pad }
  }
  if (w.inW === 1 && w.filterW === 1) {
    const { inH: inT, outH: outT, filterH: taps, strideH: stride, dilationH, padTop: pad } = w
    return { batches, inT, outT, taps, stride, dilation: taps > 1 ? dilationH : 1, pad }
  }
  return undefined
}
