import type { Convolution } from './convolution.ts'
import { type Line, lineOf } from './convolution-line.ts'
import { laneScaling } from './lane-scaling.ts'
import { type ToomCook, toomCook } from './toom-cook.ts'

/**
 * How a convolution along a line becomes Toom-Cook convolutions of stride 1. Outputs that lie `phases` apart form a convolution of
 * their own (dilation); taps are split into `parts`, each a convolution of its own, whose sums the products over channels add up
 * (stride: every stride-th tap; long filters: one half after the other).
 */
export interface ToomCookLayer {
  readonly line: Line
  readonly scheme: ToomCook
  readonly phases: number
  /** Input pixels from one tap of a part to the next, and from one output of a phase to the next. */
  readonly step: number
  /** For each part the tap of the filter that each of its taps is; −1 where the filter has ended. */
  readonly parts: readonly (readonly number[])[]
  /** Outputs of the shortest phase: tiles lie within it. */
  readonly shortest: number
  /** Tiles that are transformed together, even. */
  readonly tilesAtOnce: number
}

/** Transformed tiles and their products that are worked on at a time. */
const TILE_BYTES = 16384
/** Transformed weights are read once for so many tiles at least. */
const LEAST_TILES = 4
const LARGEST = 32767
/**
 * Nanoseconds of a vector step of the products, of a vector of products, of transforming a vector in and a vector of products back,
 * of an output vector, of a byte of transformed weights that is read, and of a layer; docs/kernels.md.
 */
const COST = { step: 0.17, product: 0.5, input: 0.1, back: 0.15, output: 2.6, weight: 0.02, layer: 1000 }

/** What a Toom-Cook convolution does, along one axis or two. */
interface Work {
  /** Tiles, and how often the weights are read for some of them. */
  readonly tiles: number
  readonly batches: number
  readonly points: number
  readonly inputs: number
  readonly outC: number
  /** Outputs of a tile in each channel. */
  readonly outputs: number
  /** Axes along which is transformed. */
  readonly axes: number
}

/** Estimated nanoseconds. */
export function toomCookCost({ tiles, batches, points, inputs, outC, outputs, axes }: Work): number {
  const channels = Math.ceil(outC / 16) * 16
  const even = tiles + (tiles % 2)
  return (
    even * points * (channels / 4) * ((inputs / 2) * COST.step + COST.product) +
    tiles * points * axes * (Math.ceil(inputs / 8) * COST.input + Math.ceil(outC / 4) * COST.back) +
    tiles * outputs * Math.ceil(outC / 4) * COST.output +
    batches * points * inputs * channels * 2 * COST.weight +
    COST.layer
  )
}

/** A layer with its estimated nanoseconds. */
export interface CostedLayer {
  readonly layer: ToomCookLayer
  readonly cost: number
}

/** Returns the forms of a convolution that are proven exact, cheapest first. */
export function toomCookLayers(p: Convolution): CostedLayer[] {
  return [...exactLayers(p)]
}

const cheapest = new WeakMap<Convolution, CostedLayer | undefined>()

/** Returns the cheapest form of a convolution that is proven exact; undefined where there is none. */
export function toomCookLayer(p: Convolution): CostedLayer | undefined {
  if (!cheapest.has(p)) {
    const [first] = exactLayers(p)
    cheapest.set(p, first)
  }
  return cheapest.get(p)
}

/** One after the other, because a proof looks at every weight. */
function* exactLayers(p: Convolution): Generator<CostedLayer> {
  const line = lineOf(p)
  const { inC } = p.window
  if (p.int16 || p.groups !== 1 || !line || line.batches !== 1 || line.taps < 2) return
  // Vectors of eight channels, the last of which may overlap the one before.
  if (inC < 8 || inC % 2 || (line.stride > 1 && line.dilation > 1)) return
  const costed = candidates(p, line).map(layer => ({ layer, cost: cost(p, layer) }))
  for (const each of costed.sort((a, b) => a.cost - b.cost)) {
    const { scheme, parts } = each.layer
    if (isExact(p, scheme.G, parts, scheme.divisor)) yield each
  }
}

function candidates(p: Convolution, line: Line): ToomCookLayer[] {
  const { taps, stride, dilation } = line
  const splits = stride > 1 ? [stride] : [1, 2, 3].filter(parts => parts < taps)
  return splits.flatMap(count => {
    const partTaps = Math.ceil(taps / count)
    const tapOf = (part: number, j: number) => (stride > 1 ? j * stride + part : part * partTaps + j)
    const parts = Array.from({ length: count }, (_, part) =>
      Array.from({ length: partTaps }, (_, j) => (tapOf(part, j) < taps ? tapOf(part, j) : -1)),
    ).filter(part => part[0] >= 0)
    const shortest = Math.floor(line.outT / dilation)
    return [2, 3, 4, 5, 6].flatMap(outputs => {
      const scheme = toomCook(outputs, partTaps)
      if (!scheme || outputs > shortest) return []
      const tileBytes = scheme.B.length * (parts.length * p.window.inC * 2 + 64)
      const tiles = Math.ceil(Math.ceil(line.outT / dilation) / outputs)
      const tilesAtOnce = Math.min(tiles + (tiles % 2), Math.max(LEAST_TILES, Math.floor(TILE_BYTES / tileBytes) & ~1))
      return [{ line, scheme, phases: dilation, step: stride * dilation, parts, shortest, tilesAtOnce }]
    })
  })
}

/**
 * Whether int16 holds every transformed weight, and `laneScaling` has room for `divisor`'s power of two: sums are multiplied by powers of
 * two before they are requantized, of which it takes its part.
 * `order` names the tap of the filter that each column of `G` multiplies, one list for each part.
 */
export function isExact(
  p: Convolution,
  G: readonly (readonly number[])[],
  order: readonly (readonly number[])[],
  divisor: number,
): boolean {
  const { filter, outC } = p
  const { inC } = p.window
  if (!laneScaling(p, filter, powerOfTwo(divisor))) return false
  const perFilter = filter.length / outC
  for (let o = 0; o < outC; o++) {
    const weights = filter.subarray(o * perFilter, (o + 1) * perFilter)
    for (const part of order) {
      for (const row of G) {
        for (let c = 0; c < inC; c++) {
          let sum = 0
          for (let j = 0; j < part.length; j++) if (part[j] >= 0) sum += row[j] * weights[part[j] * inC + c]
          if (Math.abs(sum) > LARGEST) return false
        }
      }
    }
  }
  return true
}

/** The exponent of the largest power of two that divides a whole number. */
export function powerOfTwo(value: number): number {
  return Math.log2(value & -value)
}

function cost(p: Convolution, { line, scheme, phases, parts, tilesAtOnce }: ToomCookLayer): number {
  const tiles = phases * Math.ceil(Math.ceil(line.outT / phases) / scheme.outputs)
  const batches = Math.ceil(tiles / tilesAtOnce)
  const inputs = parts.length * p.window.inC
  return toomCookCost({
    tiles,
    batches,
    points: scheme.B.length,
    inputs,
    outC: p.outC,
    outputs: scheme.outputs,
    axes: 1,
  })
}
