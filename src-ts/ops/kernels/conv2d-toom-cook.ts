import type { Emitter, Kernel } from '../kernel.ts'
import type { Convolution } from '../parts/convolution.ts'
import { type CostedLayer, type ToomCookLayer, toomCookLayer } from '../parts/toom-cook-layer.ts'
import { align, finishText, indent, inputTiles, outputTiles } from '../parts/toom-cook-text.ts'

/**
 * CONV_2D of int8 along one axis with fewer products: tiles of the input and the filters are transformed by whole-number matrices,
 * multiplied point by point over all channels, and transformed back to the same int32 sums. Weights are transformed at start-up.
 */
export const conv2dToomCook: Kernel<Convolution> = toomCookKernel(toomCookLayer)

/** The kernel of the layer that `choose` returns; it fits where that is not undefined. */
export function toomCookKernel(choose: (p: Convolution) => CostedLayer | undefined): Kernel<Convolution> {
  return {
    name: 'conv2d-toom-cook',
    flavours: ['simd', 'relaxed'],
    fits: (p, { goal }) => goal === 'speed' && choose(p) !== undefined,
    cost: p => choose(p)!.cost,
    scratchBytes: p => memoryOf(p, choose(p)!.layer).end,
    reservedBytes(p) {
      const { scheme, parts } = choose(p)!.layer
      return 2 * Math.ceil(p.outC / 16) * 16 * scheme.B.length * parts.length * p.window.inC
    },
    pitch: () => ({ inputs: true, output: true }),
    emit(p, to) {
      const { layer } = choose(p)!
      const { outputs, taps, B } = layer.scheme
      to.atStart(weightsText(p, layer, to))
      return [
        `  // F(${outputs}, ${taps}): ${outputs} outputs from ${B.length} products, parts: ${layer.parts.length}`,
        ...indent(bodyText(p, layer, to), 2),
      ].join('\n')
    },
  }
}

/** Offsets in scratch: input pixels, transformed tiles, products. */
function memoryOf({ window: { inC } }: Convolution, layer: ToomCookLayer) {
  const { scheme, parts, tilesAtOnce } = layer
  const pixels = pixelsRead(layer, tilesAtOnce)
  const tiles = align(pixels * inC + 16)
  const tileBytes = 2 * parts.length * inC
  const tilePitch = tilesAtOnce * tileBytes
  const sums = align(tiles + scheme.B.length * tilePitch + 16)
  const sumPitch = tilesAtOnce * 64
  return { tiles, tileBytes, tilePitch, sums, sumPitch, end: sums + scheme.B.length * sumPitch }
}

/** Pixels from the first to the last that a number of tiles reads. */
function pixelsRead({ scheme, step, line, parts }: ToomCookLayer, tiles: number): number {
  const lastPart = partOffset({ parts, line }, parts.length - 1)
  return (tiles * scheme.outputs - 1 + scheme.taps - 1) * step + lastPart + 1
}

/** Pixels from a window's first to the first of a part. */
function partOffset({ parts, line }: Pick<ToomCookLayer, 'parts' | 'line'>, part: number): number {
  return parts[part][0] * line.dilation
}

function weightsText(p: Convolution, { line, scheme, parts }: ToomCookLayer, to: Emitter): string {
  return to.call('toom-cook', 'transformFilters', [
    ['filter', to.data(p.filter, 1), p.outC, line.taps, p.window.inC],
    ['matrix', to.data(Int16Array.from(scheme.G.flat()), 2), scheme.G.length],
    ['order of taps', to.data(Int8Array.from(parts.flat()), 1), parts.length, scheme.taps],
    ['to', to.reserved()],
  ])
}

function bodyText(p: Convolution, layer: ToomCookLayer, to: Emitter): string[] {
  const { scheme, line, phases, step, shortest, tilesAtOnce, parts } = layer
  const { inC } = p.window
  const m = scheme.outputs
  const { tiles, tileBytes, tilePitch, sums, sumPitch } = memoryOf(p, layer)
  const at = to.scratch()
  const copyPixels = to.use('toom-cook', 'copyPixels')
  const pointProducts = to.use('toom-cook', 'pointProducts')
  const intoTiles = inputTiles(scheme.B, to)
  const outOfTiles = outputTiles(scheme.A, to)
  const finish = finishText(p, scheme.divisor, to)
  const pitch = phases * to.outputPitch(0)
  const phase = phases > 1 ? ' + phase' : ''
  const batch = [
    `const tiles = min(${tilesAtOnce}, all - first), begin = min(first * ${m}, last), wide = min((first + tiles - 1) * ${m}, last) - begin`,
    `${copyPixels}(${at}, ${to.input(0)}, ${to.inputPitch(0)}, ${line.inT}, ${inC}, begin * ${step}${phase} - ${line.pad}, wide * ${step} + ${pixelsRead(layer, 1)}, ${p.inputZero})`,
    ...parts.map(
      (_, part) =>
        `${intoTiles}(${at + partOffset(layer, part) * inC}, ${step * inC}, ${m * step * inC}, wide * ${step * inC}, ${inC}, ${at + tiles + 2 * part * inC}, ${tileBytes}, ${tilePitch}, tiles)`,
    ),
    `for (let o = 0; o < ${p.outC}; o += 16) {`,
    `  ${pointProducts}(${at + tiles}, ${tileBytes}, ${to.reserved()} + <usize>(o * ${scheme.B.length * tileBytes}), ${at + sums}, ${scheme.B.length}, tiles, ${tilePitch}, ${sumPitch})`,
    `  ${outOfTiles}(${at + sums}, ${sumPitch}, tiles)`,
    `  ${finish({
      sums: `${at + sums}`,
      sumPitch,
      tiles: 'tiles',
      output: `${to.output(0)} + <usize>(begin * ${pitch}${phases > 1 ? ` + phase * ${to.outputPitch(0)}` : ''} + o)`,
      step: m * pitch,
      last: `wide * ${pitch}`,
      rows: 1,
      line: 0,
      columns: m,
      pitch,
    })}`,
    '}',
  ]
  const inPhase = [
    phases > 1 ? `const last = (${line.outT + phases - 1} - phase) / ${phases} - ${m}` : `const last = ${shortest - m}`,
    `const all = (last + ${2 * m - 1}) / ${m}`,
    `for (let first = 0; first < all; first += ${tilesAtOnce}) {`,
    ...indent(batch, 2),
    '}',
  ]
  if (phases === 1) return inPhase
  return [`for (let phase = 0; phase < ${phases}; phase++) {`, ...indent(inPhase, 2), '}']
}
