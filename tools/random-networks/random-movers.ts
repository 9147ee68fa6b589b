import { opByKind } from '../../src-ts/ops/index.ts'
import type { CaseTensor } from '../../src-ts/ops/parts/cases.ts'
import type { Random } from '../../src-ts/random.ts'
import { anyShape, count, type Drawn, isPlane, type Maker, pick, places, plane, sameAs, sizeIn } from './random-draw.ts'

/** A node whose outputs keep the quantization of x. */
function moved(kind: string, attrs: object, inputs: readonly CaseTensor[], x: CaseTensor): Drawn {
  const shapes = opByKind(kind).outputShapes(attrs, inputs)
  return { attrs, inputs, outputs: shapes.map(shape => ({ shape, ...sameAs(x) })) }
}

const reshape: Maker = {
  shape: anyShape,
  draw(r, x) {
    const size = count(x.shape)
    const first = pick(
      r,
      Array.from({ length: Math.min(size, 12) }, (_, i) => i + 1).filter(n => size % n === 0),
    )
    const newShape = pick(r, [
      [1, size],
      [1, first, size / first],
      [1, 1, first, size / first],
    ])
    return moved('reshape', { newShape }, r.integer(2) ? [x, places(newShape)] : [x], x)
  },
}

const squeeze: Maker = {
  shape: r => [1, ...anyShape(r)],
  draw(r, x) {
    const ones = x.shape.flatMap((n, axis) => (n === 1 ? [axis] : []))
    if (!ones.length || ones.length === x.shape.length) return undefined
    return moved('squeeze', { axes: r.integer(2) ? [] : ones.filter(() => r.integer(2)) }, [x], x)
  },
}

const expandDims: Maker = {
  shape: r => anyShape(r).slice(0, 3),
  draw(r, x) {
    const rank = x.shape.length
    return rank < 4 ? moved('expandDims', {}, [x, places([sizeIn(r, -rank - 1, rank)], [])], x) : undefined
  },
}

const transpose: Maker = {
  shape: r => (r.integer(4) ? anyShape(r) : [2, ...plane(r, 3)]),
  draw: (r, x) => moved('transpose', {}, [x, places([...r.permutation(x.shape.length)])], x),
}

const slice: Maker = {
  shape: anyShape,
  draw(r, x) {
    const begin = x.shape.map(n => r.integer(n))
    const size = x.shape.map((n, i) => (r.integer(4) ? sizeIn(r, 1, n - begin[i]) : -1))
    return moved('slice', {}, [x, places(begin), places(size)], x)
  },
}

const stridedSlice: Maker = {
  shape: anyShape,
  draw(r, x) {
    const mask = () => x.shape.reduce((bits, _, i) => bits | (r.integer(4) ? 0 : 1 << i), 0)
    const attrs = { beginMask: mask(), endMask: mask(), ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 }
    const steps = x.shape.map(() => pick(r, [1, 1, 2, 3, -1, -2]))
    const low = x.shape.map(n => r.integer(n))
    const high = x.shape.map((n, i) => sizeIn(r, low[i] + 1, n + 2))
    const begins = steps.map((step, i) => (step > 0 ? low[i] : Math.min(high[i], x.shape[i]) - 1 - x.shape[i]))
    const ends = steps.map((step, i) => (step > 0 ? high[i] : low[i] - 1 - x.shape[i]))
    if (x.shape.length > 1 && steps[0] > 0 && r.integer(3) === 0) attrs.shrinkAxisMask = 1
    try {
      return moved('stridedSlice', attrs, [x, places(begins), places(ends), places(steps)], x)
    } catch {
      return undefined
    }
  },
}

const split: Maker = {
  shape: anyShape,
  draw(r, x) {
    const axis = r.integer(x.shape.length)
    const parts = pick(
      r,
      [1, 2, 3, 4, 5, 6].filter(n => x.shape[axis] % n === 0),
    )
    return moved('split', { parts }, [places([r.integer(2) ? axis : axis - x.shape.length], []), x], x)
  },
}

const splitV: Maker = {
  shape: anyShape,
  draw(r, x) {
    const axis = r.integer(x.shape.length)
    const first = sizeIn(r, 1, x.shape[axis])
    const rest = x.shape[axis] - first
    const sizes = rest ? [first, r.integer(2) ? rest : -1] : [first]
    return moved('splitV', { parts: sizes.length }, [x, places(sizes), places([axis], [])], x)
  },
}

const unpack: Maker = {
  shape: anyShape,
  draw(r, x) {
    const axis = r.integer(x.shape.length)
    if (x.shape.length < 2 || x.shape[axis] > 12) return undefined
    return moved('unpack', { parts: x.shape[axis], axis: r.integer(2) ? axis : axis - x.shape.length }, [x], x)
  },
}

const concatenation: Maker = {
  shape: anyShape,
  draw(r, x, others) {
    const axis = r.integer(x.shape.length)
    const like = others.filter(
      t => t.scale === x.scale && t.zeroPoint === x.zeroPoint && t.shape.length === x.shape.length,
    )
    const fits = like.filter(t => t.shape.every((n, i) => n === x.shape[i] || i === axis))
    const fresh = () => {
      const shape = x.shape.map((n, i) => (i === axis ? sizeIn(r, 1, 6) : n))
      return { shape, ...sameAs(x), ...(r.integer(2) && { constant: 127 }) }
    }
    const rest = Array.from({ length: r.integer(4) }, () => (fits.length && r.integer(2) ? pick(r, fits) : fresh()))
    const at = r.integer(rest.length + 1)
    return moved('concatenation', { axis, activation: 'none' }, rest.toSpliced(at, 0, x), x)
  },
}

const pack: Maker = {
  shape: r => anyShape(r).slice(0, 3),
  draw(r, x, others) {
    if (x.shape.length > 3) return undefined
    const like = others.filter(t => t.shape.join() === x.shape.join())
    const fresh = () => ({ shape: x.shape, ...sameAs(x), ...(r.integer(2) && { constant: 127 }) })
    const rest = Array.from({ length: r.integer(4) }, () => (like.length && r.integer(2) ? pick(r, like) : fresh()))
    const parts = rest.length + 1
    const rank = x.shape.length
    return moved('pack', { parts, axis: sizeIn(r, -rank - 1, rank) }, rest.toSpliced(r.integer(parts), 0, x), x)
  },
}

const gather: Maker = {
  shape: r => (r.integer(3) ? anyShape(r) : [2, ...plane(r, 3).slice(1)]),
  draw(r, x) {
    const rank = x.shape.length
    const axis = r.integer(rank)
    const batchDims = r.integer(3) ? 0 : r.integer(axis + 1)
    const own = [[], [1], [3], [2, 2]][r.integer(4)]
    const shape = [...x.shape.slice(0, batchDims), ...own]
    if (rank - 1 - batchDims + shape.length < 1 || count(shape) > 200) return undefined
    const data = Array.from({ length: count(shape) }, () => r.integer(x.shape[axis]))
    return moved('gather', { axis: r.integer(2) ? axis : axis - rank, batchDims }, [x, places(data, shape)], x)
  },
}

const padding = (kind: 'pad' | 'padV2'): [string, Maker] => [
  kind,
  {
    shape: r => plane(r).slice(r.integer(3)),
    draw(r, x) {
      const data = Array.from({ length: 2 * x.shape.length }, () => (r.integer(2) ? 0 : r.integer(4)))
      const value = { shape: [1], ...sameAs(x), data: Int8Array.of(r.integer(256) - 128) }
      const borders = places(data, [x.shape.length, 2])
      return moved(kind, {}, kind === 'pad' ? [x, borders] : [x, borders, value], x)
    },
  },
]

/** Blocks of a plane; only borders that TFLM does not leave uninitialized, which is none. */
const spaceToBatch: Maker = {
  shape: r => [1, 2 * sizeIn(r, 1, 4), 6 * sizeIn(r, 1, 3), sizeIn(r, 1, 8)].slice(0, r.integer(2) ? 4 : 3),
  draw(r, x) {
    const { shape } = x
    if (shape.length < 3) return undefined
    const block = shape.slice(1, -1).map(n =>
      pick(
        r,
        [1, 2, 3].filter(b => n % b === 0),
      ),
    )
    const borders = places(Array<number>(2 * block.length).fill(0), [block.length, 2])
    return moved('spaceToBatchNd', {}, [x, places(block), borders], x)
  },
}

const batchToSpace: Maker = {
  shape: r => [6 * sizeIn(r, 1, 2), sizeIn(r, 1, 5), sizeIn(r, 2, 7), sizeIn(r, 1, 5)].slice(0, r.integer(2) ? 4 : 3),
  draw(r: Random, x) {
    const { shape } = x
    if (shape.length < 3) return undefined
    const fits = [
      [1, 1],
      [2, 1],
      [1, 3],
      [2, 3],
      [6, 1],
    ].filter(([h, w]) => shape[0] % (h * w) === 0)
    const chosen = pick(r, shape.length === 4 ? fits : fits.filter(([, w]) => w === 1))
    const block = chosen.slice(0, shape.length - 2)
    const crops = block.flatMap((b, i) => {
      const room = b * shape[i + 1] - 1
      const first = r.integer(Math.min(room, 3) + 1)
      return [first, r.integer(Math.min(room - first, 3) + 1)]
    })
    return moved('batchToSpaceNd', {}, [x, places(block), places(crops, [block.length, 2])], x)
  },
}

const reverse: Maker = {
  shape: anyShape,
  draw(r, x) {
    const rank = x.shape.length
    const first = r.integer(rank)
    const axes = Array.from({ length: sizeIn(r, 1, rank - first) }, (_, i) => first + i)
    return moved('reverseV2', {}, [x, places(axes.map(axis => (r.integer(2) ? axis : axis - rank)))], x)
  },
}

const depthToSpace: Maker = {
  shape: r => [sizeIn(r, 1, 2), sizeIn(r, 1, 4), sizeIn(r, 1, 4), 36],
  draw: (r, x) =>
    isPlane(x) && x.shape[3] % 36 === 0 ? moved('depthToSpace', { blockSize: sizeIn(r, 1, 3) }, [x], x) : undefined,
}

const spaceToDepth: Maker = {
  shape: r => [sizeIn(r, 1, 2), 6 * sizeIn(r, 1, 2), 6 * sizeIn(r, 1, 2), sizeIn(r, 1, 5)],
  draw(r, x) {
    if (!isPlane(x)) return undefined
    const fits = [1, 2, 3].filter(n => x.shape[1] % n === 0 && x.shape[2] % n === 0)
    return moved('spaceToDepth', { blockSize: pick(r, fits) }, [x], x)
  },
}

const broadcastTo: Maker = {
  shape: r => anyShape(r).map(n => (r.integer(2) ? n : 1)),
  draw(r, x) {
    const own = x.shape.map(n => (n === 1 ? sizeIn(r, 1, 5) : n))
    const shape = [...(r.integer(2) ? [sizeIn(r, 1, 3)] : []), ...own]
    return count(shape) < 3000 ? moved('broadcastTo', {}, [x, places(shape)], x) : undefined
  },
}

const tile: Maker = {
  shape: r => pick(r, [[256], [16, 16], [4, 8, 8], [1, 32, 8], [2, 8, 4, 4]]),
  draw(r, x) {
    const times = x.shape.map(() => (r.integer(2) ? 1 : sizeIn(r, 1, 3)))
    return moved('tile', {}, [x, places(times)], x)
  },
}

const mirrorPad: Maker = {
  shape: anyShape,
  draw(r, x) {
    const mode = pick(r, ['reflect', 'symmetric'])
    const most = (n: number) => Math.min(n - (mode === 'reflect' ? 1 : 0), 4)
    const borders = x.shape.flatMap(n => [0, 0].map(() => (r.integer(2) ? r.integer(most(n) + 1) : 0)))
    return moved('mirrorPad', { mode }, [x, places(borders, [x.shape.length, 2])], x)
  },
}

const gatherNd: Maker = {
  shape: anyShape,
  draw(r, x) {
    const coordinates = sizeIn(r, 1, x.shape.length)
    const slices = sizeIn(r, 1, 6)
    const data = Array.from({ length: slices * coordinates }, (_, i) => r.integer(x.shape[i % coordinates]))
    return moved('gatherNd', {}, [x, places(data, [slices, coordinates])], x)
  },
}

const resize = (kind: 'resizeNearestNeighbor' | 'resizeBilinear'): Maker => ({
  shape: r => plane(r),
  draw(r, x) {
    if (!isPlane(x) || count(x.shape) > 1500) return undefined
    const [alignCorners, halfPixelCenters] = pick(r, [
      [false, false],
      [true, false],
      [false, true],
    ])
    const size = places([sizeIn(r, 1, 2 * x.shape[1]), sizeIn(r, 1, 2 * x.shape[2])])
    return moved(kind, { alignCorners, halfPixelCenters }, [x, size], x)
  },
})

/** Makers of the ops that copy bytes. */
export const movers: readonly (readonly [string, Maker])[] = [
  ['batchToSpaceNd', batchToSpace],
  ['broadcastTo', broadcastTo],
  ['depthToSpace', depthToSpace],
  ['gatherNd', gatherNd],
  ['mirrorPad', mirrorPad],
  ['spaceToDepth', spaceToDepth],
  ['concatenation', concatenation],
  ['expandDims', expandDims],
  ['gather', gather],
  ['pack', pack],
  padding('pad'),
  padding('padV2'),
  ['reshape', reshape],
  ['resizeBilinear', resize('resizeBilinear')],
  ['resizeNearestNeighbor', resize('resizeNearestNeighbor')],
  ['reverseV2', reverse],
  ['slice', slice],
  ['spaceToBatchNd', spaceToBatch],
  ['split', split],
  ['splitV', splitV],
  ['squeeze', squeeze],
  ['stridedSlice', stridedSlice],
  ['tile', tile],
  ['transpose', transpose],
  ['unpack', unpack],
]
