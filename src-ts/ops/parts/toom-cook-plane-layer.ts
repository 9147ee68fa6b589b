import type { Convolution } from './convolution.ts'
import { lineOf } from './convolution-line.ts'
import { type ToomCook, toomCook } from './toom-cook.ts'
import { isExact, toomCookCost } from './toom-cook-layer.ts'

/** A convolution of a plane, stride 1, by one Toom-Cook scheme along its height and one along its width. */
export interface PlaneLayer {
  readonly down: ToomCook
  readonly across: ToomCook
  /** Tiles side by side, and rows of them that are transformed together. */
  readonly tilesAcross: number
  readonly rowsAtOnce: number
  /** rowsAtOnce · tilesAcross, made even. */
  readonly tilesAtOnce: number
}

/** A layer with its estimated nanoseconds. */
export interface CostedPlane {
  readonly layer: PlaneLayer
  readonly cost: number
}

/** Transformed tiles and their products that are worked on at a time. */
const TILE_BYTES = 16384
/** Transformed weights are read once for so many tiles at least. */
const LEAST_TILES = 4
/** Rows of both matrices G stay so short that their products by int8 weights fit int16. */
const LONGEST = 16
const LARGEST = 32767

const cheapest = new WeakMap<Convolution, CostedPlane | undefined>()

/** Returns the cheapest form of a convolution that is proven exact; undefined where there is none. */
export function planeLayer(p: Convolution): CostedPlane | undefined {
  if (!cheapest.has(p)) {
    const [first] = exactLayers(p)
    cheapest.set(p, first)
  }
  return cheapest.get(p)
}

/** Returns the forms of a convolution that are proven exact, cheapest first. */
export function planeLayers(p: Convolution): CostedPlane[] {
  return [...exactLayers(p)]
}

function* exactLayers(p: Convolution): Generator<CostedPlane> {
  const { inC, strideH, strideW, dilationH, dilationW, batches, filterH, filterW } = p.window
  const plain = strideH === 1 && strideW === 1 && dilationH === 1 && dilationW === 1
  if (p.int16 || p.groups !== 1 || !plain || lineOf(p) || batches !== 1 || filterH < 2 || filterW < 2) return
  if (inC < 8 || inC % 2) return
  const order = [Array.from({ length: filterH * filterW }, (_, tap) => tap)]
  const costed = candidates(p).map(layer => ({ layer, cost: cost(p, layer) }))
  for (const each of costed.sort((a, b) => a.cost - b.cost)) {
    const { down, across } = each.layer
    if (isExact(p, planeMatrix(each.layer), order, down.divisor * across.divisor)) yield each
  }
}

/** Taps of a plane to points: the row of every pair of points, down first. */
export function planeMatrix({ down, across }: PlaneLayer): number[][] {
  return down.G.flatMap(g => across.G.map(h => g.flatMap(a => h.map(b => a * b))))
}

function candidates({ window: w }: Convolution): PlaneLayer[] {
  const sizes = [2, 3, 4, 6]
  return sizes
    .flatMap(high => sizes.map(wide => [high, wide]))
    .flatMap(([high, wide]) => {
      const down = toomCook(high, w.filterH, LONGEST)
      const across = toomCook(wide, w.filterW, LONGEST)
      if (!down || !across || high > w.outH || wide > w.outW) return []
      if (128 * longest(down) * longest(across) > LARGEST) return []
      const tilesAcross = Math.ceil(w.outW / wide)
      const points = down.B.length * across.B.length
      const rowBytes = tilesAcross * points * (2 * w.inC + 64)
      const rowsAtOnce = Math.min(
        Math.ceil(w.outH / high),
        Math.max(Math.ceil(LEAST_TILES / tilesAcross), Math.floor(TILE_BYTES / rowBytes)),
      )
      const tiles = rowsAtOnce * tilesAcross
      return [{ down, across, tilesAcross, rowsAtOnce, tilesAtOnce: tiles + (tiles % 2) }]
    })
}

/** The most by which transforming can multiply the largest input. */
function longest({ B }: ToomCook): number {
  return Math.max(...B.map(row => row.reduce((sum, v) => sum + Math.abs(v), 0)))
}

function cost({ outC, window: w }: Convolution, { down, across, tilesAcross, rowsAtOnce }: PlaneLayer): number {
  const rows = Math.ceil(w.outH / down.outputs)
  return toomCookCost({
    tiles: rows * tilesAcross,
    batches: Math.ceil(rows / rowsAtOnce),
    points: down.B.length * across.B.length,
    inputs: w.inC,
    outC,
    outputs: down.outputs * across.outputs,
    axes: 2,
  })
}
