import type { Emitter, Kernel } from '../kernel.ts'
import type { Convolution } from '../parts/convolution.ts'
import { linearText } from '../parts/linear-text.ts'
import { type CostedLayer, type ToomCookLayer, toomCookLayer } from '../parts/toom-cook-layer.ts'
import { align, finishText, indent } from '../parts/toom-cook-text.ts'

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
  const { scheme, line, phases, step, shortest, tilesAtOnce } = layer
  const { inC } = p.window
  const m = scheme.outputs
  const memory = memoryOf(p, layer)
  const at = to.scratch()
  const blockBytes = 32 * scheme.B.length * (memory.tileBytes / 2)
  const copyPixels = to.use('toom-cook', 'copyPixels')
  const pointProducts = to.use('toom-cook', 'pointProducts')
  const outputs = [
    'for (let t = 0; t < tiles; t++) {',
    `  let to: usize = ${to.output(0)} + <usize>((min((first + t) * ${m}, last) * ${phases}${phases > 1 ? ' + phase' : ''}) * ${to.outputPitch(0)} + o)`,
    ...indent(outputText(p, layer, memory, to), 2),
    '}',
  ]
  const tiles = [
    `const tiles = min(${tilesAtOnce}, all - first), begin = min(first * ${m}, last)`,
    `const pixels = (min((first + tiles - 1) * ${m}, last) - begin) * ${step} + ${pixelsRead(layer, 1)}`,
    `${copyPixels}(${at}, ${to.input(0)}, ${to.inputPitch(0)}, ${line.inT}, ${inC}, begin * ${step}${phases > 1 ? ' + phase' : ''} - ${line.pad}, pixels, ${p.inputZero})`,
    'for (let t = 0; t < tiles; t++) {',
    ...indent(inputText(p, layer, memory, at), 2),
    '}',
    `for (let o = 0; o < ${p.outC}; o += 16) {`,
    `  ${pointProducts}(${at + memory.tiles}, ${memory.tileBytes}, ${to.reserved()} + <usize>(o >> 4) * ${blockBytes}, ${at + memory.sums}, ${scheme.B.length}, tiles, ${memory.tilePitch}, ${memory.sumPitch})`,
    ...indent(outputs, 2),
    '}',
  ]
  const phase = [
    phases > 1 ? `const last = (${line.outT + phases - 1} - phase) / ${phases} - ${m}` : `const last = ${shortest - m}`,
    `const all = (last + ${2 * m - 1}) / ${m}`,
    `for (let first = 0; first < all; first += ${tilesAtOnce}) {`,
    ...indent(tiles, 2),
    '}',
  ]
  const constants = [`const low = i8x16.splat(${p.min}), high = i8x16.splat(${p.max})`]
  if (phases === 1) return [...constants, ...phase]
  return [...constants, `for (let phase = 0; phase < ${phases}; phase++) {`, ...indent(phase, 2), '}']
}

type Memory = ReturnType<typeof memoryOf>

/** Transforms the input of tile `t`, eight channels at a time. */
function inputText({ window: { inC } }: Convolution, layer: ToomCookLayer, memory: Memory, at: number): string[] {
  const { scheme, step, parts } = layer
  const inputs = scheme.B[0].map((_, i) => `x${i}`)
  const { lines, results } = linearText(scheme.B, inputs, 'i16x8', 'v')
  const eights = inC % 8 ? `c = c + 8 < ${inC} ? min(c + 8, ${inC - 8}) : ${inC}` : 'c += 8'
  return parts.flatMap((_, part) => [
    '{',
    `  const from: usize = ${at + partOffset(layer, part) * inC} + <usize>((min((first + t) * ${scheme.outputs}, last) - begin) * ${step * inC})`,
    `  const to: usize = ${at + memory.tiles + 2 * part * inC} + <usize>(t * ${memory.tileBytes})`,
    `  for (let c = 0; c < ${inC}; ${eights}) {`,
    '    const x = from + <usize>c, v = to + (<usize>c << 1)',
    ...indent(
      inputs.map((name, i) => `const ${name} = v128.load_ext<i8>(x, ${i * step * inC})`),
      4,
    ),
    ...indent(lines, 4),
    ...indent(
      results.map((name, i) => `v128.store(v, ${name}, ${i * memory.tilePitch})`),
      4,
    ),
    '  }',
    '}',
  ])
}

/** Transforms the products of tile `t` and channels from `o` on back, four channels at a time, and stores the outputs at `to`. */
function outputText(p: Convolution, { scheme, phases }: ToomCookLayer, memory: Memory, to: Emitter): string[] {
  const sums = scheme.B.map((_, i) => `s${i}`)
  const { lines, results } = linearText(scheme.A, sums, 'i32x4', 'y')
  return [
    `for (let c = o; c < min(o + 16, ${p.outC}); c += 4) {`,
    `  const s: usize = ${to.scratch() + memory.sums} + <usize>(t * 64 + (c - o) * 4)`,
    ...indent(
      sums.map((name, i) => `const ${name} = v128.load(s, ${i * memory.sumPitch})`),
      2,
    ),
    ...indent(lines, 2),
    ...indent(finishText(p, results, scheme.divisor, phases * to.outputPitch(0), to), 2),
    '  to += 4',
    '}',
  ]
}
