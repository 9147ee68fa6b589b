import type { Kernel } from '../kernel.ts'
import { channelVectors, reachOf } from '../parts/channel-vectors.ts'
import { type Convolution, withoutInputZero } from '../parts/convolution.ts'
import { layOut, paddedChannels } from '../parts/product-layout.ts'
import { EXPONENT, fitsInt16, inverseOfOddPart, LARGEST_SUM, TILE_INPUTS, weightMatrix } from '../parts/toom-cook.ts'

/** Tiles that share one pass over the weights: TILES of src-as/toom-cook.ts. */
const TILES = 4
/** Filters of 3, 4 and 5 taps have a transform; longer ones are cut into pieces of these. */
const MOST_TAPS = 5
const FEWEST_TAPS = 3

/** How a convolution becomes sums of stride-1 convolutions along a line. */
interface Pieces {
  /** Taps of each piece after the stride's phases were made channels. */
  readonly taps: number
  /** Pieces along the line. */
  readonly count: number
  /** Outputs of a tile. */
  readonly outputs: number
  /** Blocks: pieces along the line times lines of the filter. */
  readonly blocks: number
  /** Channels of all phases: bytes of a row, and int16 values of a row after the transform. */
  readonly rowBytes: number
  readonly width: number
}

/** CONV_2D of int8 along its lines by exact Toom-Cook: 1.6 to 2.5 times fewer products, larger weights. */
export const conv2dToomCook: Kernel<Convolution> = {
  name: 'conv2d-toom-cook',
  flavours: ['simd'],
  fits(p, { goal }) {
    const { window: w } = p
    if (p.int16 || goal === 'size' || p.groups !== 1 || w.dilationH !== 1 || w.dilationW !== 1) return false
    const pieces = piecesOf(p)
    if (!pieces || !fitsInt16(pieces.taps)) return false
    const reach = reachOf(p.filter, p.outC)
    return Math.max(...reach) <= LARGEST_SUM && channelVectors(withoutInputZero(p), reach) !== undefined
  },
  cost(p) {
    const { outputs, blocks, width } = piecesOf(p)!
    const { window: w } = p
    const tiles = w.batches * w.outH * Math.ceil(w.outW / outputs)
    const products = tiles * TILE_INPUTS * blocks * width * paddedChannels(p.outC)
    const transformed = tiles * blocks * width * TILE_INPUTS
    const written = tiles * outputs * paddedChannels(p.outC)
    return products / 36 + transformed / 4 + written / 1.6
  },
  scratchBytes(p) {
    const { blocks, width, rowBytes } = piecesOf(p)!
    const perProduct = TILES * (blocks * width * 2 + paddedChannels(p.outC) * 4)
    return TILE_INPUTS * perProduct + TILE_INPUTS * rowBytes + 16
  },
  reservedBytes(p) {
    const { blocks, width } = piecesOf(p)!
    return TILE_INPUTS * blocks * width * paddedChannels(p.outC) * 2
  },
  pitch: () => ({ output: true }),
  emit(p, to) {
    const { window: w } = p
    const pieces = piecesOf(p)!
    const folded = withoutInputZero(p)
    const { constants, right } = channelVectors(folded, reachOf(p.filter, p.outC), 8)!
    const matrix = Int16Array.from(weightMatrix(pieces.taps).flat())
    const values = pieces.blocks * pieces.width * paddedChannels(p.outC)
    to.atStart(
      to.call('toom-cook', 'transformWeights', [
        ['weights', to.data(weightsOf(p, pieces), 16), pieces.taps, values],
        ['matrix', to.data(matrix, 2)],
        ['to', to.reserved()],
      ]),
    )
    return to.call('toom-cook', 'toomCook', [
      ['input', to.input(0), w.batches, w.inH, w.inW * w.inC, pieces.rowBytes],
      ['output', to.output(0), w.outH, w.outW, p.outC, to.outputPitch(0)],
      ['weights', to.reserved()],
      ['channels', to.data(constants, 16)],
      ['blocks', to.data(blockTable(p, pieces), 4), pieces.blocks, pieces.width],
      ['scratch', to.scratch()],
      ['outputs of a tile', pieces.outputs],
      ['padding', w.padLeft * w.inC, w.padTop],
      ['stride', w.strideH],
      ['divisor', inverseOfOddPart, EXPONENT],
      ['right shift', right],
      ['zero points', p.inputZero, p.outputZero],
      ['clamp', p.min, p.max],
    ])
  },
}

/** Undefined where there are too few taps to gain anything. */
function piecesOf({ window: w }: Convolution): Pieces | undefined {
  const along = Math.ceil(w.filterW / w.strideW)
  if (along < FEWEST_TAPS) return undefined
  const count = Math.ceil(along / MOST_TAPS)
  const taps = Math.max(FEWEST_TAPS, Math.ceil(along / count))
  const rowBytes = w.strideW * w.inC
  const width = Math.max(8, rowBytes + (rowBytes & 1))
  return { taps, count, outputs: TILE_INPUTS + 1 - taps, blocks: count * w.filterH, rowBytes, width }
}

/** For each block the line that it reads, and how many bytes into the tile's first row it begins. */
function blockTable({ window: w }: Convolution, { taps, count, rowBytes }: Pieces): Int32Array {
  const entries = Array.from({ length: w.filterH }, (_, line) =>
    Array.from({ length: count }, (_, piece) => [line, piece * taps * rowBytes]),
  )
  return Int32Array.from(entries.flat(2))
}

/** The filter, one tap of all blocks after another, each in the order of the products. Taps that a piece lacks are zero. */
function weightsOf(
  { window: w, outC, filter }: Convolution,
  { taps, count, blocks, width, rowBytes }: Pieces,
): Int8Array {
  const length = blocks * width
  const size = paddedChannels(outC) * length
  const all = new Int8Array(taps * size)
  for (let tap = 0; tap < taps; tap++) {
    const packed = layOut(outC, length, (channel, i) => {
      const block = Math.floor(i / width)
      const value = i % width
      const piece = block % count
      const line = Math.floor(block / count)
      const x = (piece * taps + tap) * w.strideW + Math.floor(value / w.inC)
      if (value >= rowBytes || x >= w.filterW) return 0
      return filter[((channel * w.filterH + line) * w.filterW + x) * w.inC + (value % w.inC)]
    })
    all.set(packed, tap * size)
  }
  return all
}
