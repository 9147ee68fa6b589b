import { HolterError } from '../../errors.ts'
import type { Shape } from '../../ir/graph.ts'

export type Padding = 'same' | 'valid'

/** A sliding window along height and width, as pools and convolutions share it. */
export interface Window {
  readonly batches: number
  readonly inH: number
  readonly inW: number
  readonly inC: number
  readonly outH: number
  readonly outW: number
  readonly filterH: number
  readonly filterW: number
  readonly strideH: number
  readonly strideW: number
  readonly dilationH: number
  readonly dilationW: number
  /** Padded rows above and columns left of the input; the odd one of SAME goes below and right. */
  readonly padTop: number
  readonly padLeft: number
}

export interface WindowAttrs {
  readonly strideH: number
  readonly strideW: number
  readonly dilationH?: number
  readonly dilationW?: number
  readonly padding: Padding
}

/** Returns the geometry of a window over an NHWC input (TFLite's SAME and VALID). */
export function window(attrs: WindowAttrs, input: Shape, filterH: number, filterW: number): Window {
  if (input.length !== 4) {
    throw new HolterError({
      stage: 'codegen',
      where: 'window',
      problem: 'input has the wrong rank',
      got: `[${input}]`,
      expected: 'NHWC',
    })
  }
  const [batches, inH, inW, inC] = input
  const dilationH = attrs.dilationH ?? 1
  const dilationW = attrs.dilationW ?? 1
  const vertical = along(inH, filterH, attrs.strideH, dilationH, attrs.padding)
  const horizontal = along(inW, filterW, attrs.strideW, dilationW, attrs.padding)
  return {
    batches,
    inH,
    inW,
    inC,
    outH: vertical.size,
    outW: horizontal.size,
    filterH,
    filterW,
    strideH: attrs.strideH,
    strideW: attrs.strideW,
    dilationH,
    dilationW,
    padTop: vertical.before,
    padLeft: horizontal.before,
  }
}

/** Whether any position of the output reads a tap outside of the input. */
export function readsPadding(w: Window): boolean {
  const reach = (out: number, stride: number, filter: number, dilation: number) =>
    (out - 1) * stride + (filter - 1) * dilation + 1
  const height = reach(w.outH, w.strideH, w.filterH, w.dilationH)
  return height > w.inH || reach(w.outW, w.strideW, w.filterW, w.dilationW) > w.inW
}

function along(size: number, filter: number, stride: number, dilation: number, padding: Padding) {
  if (!(stride >= 1) || !(dilation >= 1) || !(filter >= 1)) {
    throw new HolterError({
      stage: 'codegen',
      where: 'window',
      problem: 'filter, stride and dilation must be at least 1',
      got: `${filter}, ${stride}, ${dilation}`,
    })
  }
  const effective = (filter - 1) * dilation + 1
  const out = padding === 'same' ? Math.ceil(size / stride) : Math.ceil((size - effective + 1) / stride)
  if (out < 1) {
    throw new HolterError({
      stage: 'codegen',
      where: 'window',
      problem: 'input is smaller than the filter',
      got: size,
      expected: `at least ${effective}`,
    })
  }
  const total = padding === 'same' ? Math.max(0, (out - 1) * stride + effective - size) : 0
  return { size: out, before: Math.floor(total / 2) }
}

/** Whether no window begins outside the input: what is written for one window then lies before all that later windows read. */
export function startsInside({ padTop, padLeft }: Window): boolean {
  return padTop === 0 && padLeft === 0
}
