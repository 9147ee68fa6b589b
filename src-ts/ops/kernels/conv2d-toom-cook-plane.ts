import type { Emitter, Kernel } from '../kernel.ts'
import type { Convolution } from '../parts/convolution.ts'
import { linearText } from '../parts/linear-text.ts'
import { type CostedPlane, type PlaneLayer, planeLayer, planeMatrix } from '../parts/toom-cook-plane-layer.ts'
import { align, finishText, indent } from '../parts/toom-cook-text.ts'

/**
 * CONV_2D of int8 over a plane with fewer products: as conv2d-toom-cook, with tiles that are transformed along their width and
 * then along their height. F(4, 3) both ways takes 36 products for 16 outputs instead of 144.
 */
export const conv2dToomCookPlane: Kernel<Convolution> = planeKernel(planeLayer)

/** The kernel of the layer that `choose` returns; it fits where that is not undefined. */
export function planeKernel(choose: (p: Convolution) => CostedPlane | undefined): Kernel<Convolution> {
  return {
    name: 'conv2d-toom-cook-plane',
    flavours: ['simd', 'relaxed'],
    fits: (p, { goal }) => goal === 'speed' && choose(p) !== undefined,
    cost: p => choose(p)!.cost,
    scratchBytes: p => memoryOf(p, choose(p)!.layer).end,
    reservedBytes(p) {
      const { down, across } = choose(p)!.layer
      return 2 * Math.ceil(p.outC / 16) * 16 * down.B.length * across.B.length * p.window.inC
    },
    pitch: () => ({ inputs: true, output: true }),
    emit(p, to) {
      const { layer } = choose(p)!
      const { down, across } = layer
      to.atStart(weightsText(p, layer, to))
      return [
        `  // F(${down.outputs}, ${down.taps}) down, F(${across.outputs}, ${across.taps}) across: ${down.outputs * across.outputs} outputs from ${down.B.length * across.B.length} products`,
        ...indent(bodyText(p, layer, to), 2),
      ].join('\n')
    },
  }
}

/** Offsets in scratch: input lines, one tile between its two transforms, transformed tiles, products. */
function memoryOf({ window: w }: Convolution, { down, across, tilesAcross, rowsAtOnce, tilesAtOnce }: PlaneLayer) {
  const points = down.B.length * across.B.length
  const width = Math.min(w.outW, tilesAcross * across.outputs) + across.taps - 1
  const lines = rowsAtOnce * down.outputs + down.taps - 1
  const between = align(lines * width * w.inC + 16)
  const tiles = between + 16 * (down.outputs + down.taps - 1) * across.B.length
  const tileBytes = 2 * w.inC
  const tilePitch = tilesAtOnce * tileBytes
  const sums = align(tiles + points * tilePitch + 16)
  const sumPitch = tilesAtOnce * 64
  return { width, between, tiles, tileBytes, tilePitch, sums, sumPitch, end: sums + points * sumPitch }
}

type Memory = ReturnType<typeof memoryOf>

function weightsText(p: Convolution, layer: PlaneLayer, to: Emitter): string {
  const taps = layer.down.taps * layer.across.taps
  const matrix = planeMatrix(layer)
  return to.call('toom-cook', 'transformFilters', [
    ['filter', to.data(p.filter, 1), p.outC, taps, p.window.inC],
    ['matrix', to.data(Int16Array.from(matrix.flat()), 2), matrix.length],
    [
      'order of taps',
      to.data(
        Int8Array.from({ length: taps }, (_, tap) => tap),
        1,
      ),
      1,
      taps,
    ],
    ['to', to.reserved()],
  ])
}

function bodyText(p: Convolution, layer: PlaneLayer, to: Emitter): string[] {
  const { down, across, tilesAcross, rowsAtOnce } = layer
  const w = p.window
  const memory = memoryOf(p, layer)
  const at = to.scratch()
  const line = memory.width * w.inC
  const outLine = w.outW * to.outputPitch(0)
  const points = down.B.length * across.B.length
  const copyPixels = to.use('toom-cook', 'copyPixels')
  const pointProducts = to.use('toom-cook', 'pointProducts')
  const eachTile = (body: string[]) => [
    'for (let row = 0; row < rows; row++) {',
    `  const y = min((first + row) * ${down.outputs}, ${w.outH - down.outputs})`,
    `  for (let column = 0; column < ${tilesAcross}; column++) {`,
    `    const x = min(column * ${across.outputs}, ${w.outW - across.outputs}), t = row * ${tilesAcross} + column`,
    ...indent(body, 4),
    '  }',
    '}',
  ]
  return [
    `const low = i8x16.splat(${p.min}), high = i8x16.splat(${p.max})`,
    `for (let first = 0; first < ${Math.ceil(w.outH / down.outputs)}; first += ${rowsAtOnce}) {`,
    `  const rows = min(${rowsAtOnce}, ${Math.ceil(w.outH / down.outputs)} - first)`,
    `  const top = min(first * ${down.outputs}, ${w.outH - down.outputs})`,
    `  const end = min((first + rows - 1) * ${down.outputs}, ${w.outH - down.outputs}) + ${down.outputs + down.taps - 1}`,
    '  for (let y = top; y < end; y++) {',
    `    const inY = y - ${w.padTop}, outside = inY < 0 || inY >= ${w.inH}`,
    `    ${copyPixels}(${at} + <usize>((y - top) * ${line}), ${to.input(0)} + <usize>((outside ? 0 : inY) * ${w.inW * to.inputPitch(0)}), ${to.inputPitch(0)}, outside ? 0 : ${w.inW}, ${w.inC}, ${-w.padLeft}, ${memory.width}, ${p.inputZero})`,
    '  }',
    ...indent(eachTile(inputText(p, layer, memory, at, line)), 2),
    `  for (let o = 0; o < ${p.outC}; o += 16) {`,
    `    ${pointProducts}(${at + memory.tiles}, ${memory.tileBytes}, ${to.reserved()} + <usize>(o >> 4) * ${32 * points * w.inC}, ${at + memory.sums}, ${points}, rows * ${tilesAcross}, ${memory.tilePitch}, ${memory.sumPitch})`,
    ...indent(eachTile(outputText(p, layer, memory, to, outLine)), 4),
    '  }',
    '}',
  ]
}

/** Transforms the input of tile `t`, whose first output is (y, x), eight channels at a time. */
function inputText({ window: w }: Convolution, layer: PlaneLayer, memory: Memory, at: number, line: number): string[] {
  const { down, across } = layer
  const wide = across.B.length
  const alongWidth = linearText(
    across.B,
    across.B[0].map((_, i) => `x${i}`),
    'i16x8',
    'v',
  )
  const alongHeight = linearText(
    down.B,
    down.B[0].map((_, i) => `x${i}`),
    'i16x8',
    'v',
  )
  const next = w.inC % 8 ? `c = c + 8 < ${w.inC} ? min(c + 8, ${w.inC - 8}) : ${w.inC}` : 'c += 8'
  return [
    `const from: usize = ${at} + <usize>((y - top) * ${line} + x * ${w.inC})`,
    `for (let c = 0; c < ${w.inC}; ${next}) {`,
    `  let x = from + <usize>c, between: usize = ${at + memory.between}`,
    `  for (let i = 0; i < ${down.B[0].length}; i++) {`,
    ...indent(
      [
        ...across.B[0].map((_, i) => `const x${i} = v128.load_ext<i8>(x, ${i * w.inC})`),
        ...alongWidth.lines,
        ...alongWidth.results.map((name, j) => `v128.store(between, ${name}, ${j * 16})`),
        `x += ${line}; between += ${wide * 16}`,
      ],
      4,
    ),
    '  }',
    `  between = ${at + memory.between}`,
    `  let v: usize = ${at + memory.tiles} + <usize>(t * ${memory.tileBytes} + 2 * c)`,
    `  for (let j = 0; j < ${wide}; j++) {`,
    ...indent(
      [
        ...down.B[0].map((_, i) => `const x${i} = v128.load(between, ${i * wide * 16})`),
        ...alongHeight.lines,
        ...alongHeight.results.map((name, i) => `v128.store(v, ${name}, ${i * wide * memory.tilePitch})`),
        `between += 16; v += ${memory.tilePitch}`,
      ],
      4,
    ),
    '  }',
    '}',
  ]
}

/** Transforms the products of tile `t` and channels from `o` on back, four channels at a time, and stores the outputs. */
function outputText(p: Convolution, layer: PlaneLayer, memory: Memory, to: Emitter, outLine: number): string[] {
  const { down, across } = layer
  const wide = across.B.length
  const alongHeight = linearText(
    down.A,
    down.B.map((_, i) => `s${i}`),
    'i32x4',
    'y',
  )
  const alongWidth = linearText(
    across.A,
    across.B.map((_, j) => `s${j}`),
    'i32x4',
    'y',
  )
  const pitch = to.outputPitch(0)
  const between = to.scratch() + memory.between
  return [
    `const output: usize = ${to.output(0)} + <usize>(y * ${outLine} + x * ${pitch})`,
    `for (let c = o; c < min(o + 16, ${p.outC}); c += 4) {`,
    `  let s: usize = ${to.scratch() + memory.sums} + <usize>(t * 64 + (c - o) * 4), between: usize = ${between}`,
    `  for (let j = 0; j < ${wide}; j++) {`,
    ...indent(
      [
        ...down.B.map((_, i) => `const s${i} = v128.load(s, ${i * wide * memory.sumPitch})`),
        ...alongHeight.lines,
        ...alongHeight.results.map((name, i) => `v128.store(between, ${name}, ${i * wide * 16})`),
        `s += ${memory.sumPitch}; between += 16`,
      ],
      4,
    ),
    '  }',
    `  between = ${between}`,
    '  let to = output + <usize>c',
    `  for (let i = 0; i < ${down.outputs}; i++) {`,
    ...indent(
      [
        ...across.B.map((_, j) => `const s${j} = v128.load(between, ${j * 16})`),
        ...alongWidth.lines,
        ...finishText(p, alongWidth.results, down.divisor * across.divisor, pitch, to),
        `between += ${wide * 16}; to += ${outLine}`,
      ],
      4,
    ),
    '  }',
    '}',
  ]
}
