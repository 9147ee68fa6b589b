import type { Emitter, Kernel } from '../kernel.ts'
import type { Convolution } from '../parts/convolution.ts'
import { type CostedPlane, type PlaneLayer, planeLayer, planeMatrix } from '../parts/toom-cook-plane-layer.ts'
import { align, finishText, indent, transform } from '../parts/toom-cook-text.ts'

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
  const { outputs: high } = down
  const { outputs: wide } = across
  const w = p.window
  const memory = memoryOf(p, layer)
  const at = to.scratch()
  const line = memory.width * w.inC
  const outLine = w.outW * to.outputPitch(0)
  const points = down.B.length * across.B.length
  const copyPixels = to.use('toom-cook', 'copyPixels')
  const pointProducts = to.use('toom-cook', 'pointProducts')
  const intoTiles = inputPlane(layer, to)
  const outOfTiles = outputPlane(layer, to)
  const finish = finishText(p, down.divisor * across.divisor, to)
  const all = Math.ceil(w.outH / high)
  const top = (row: string) => `min(${row} * ${high}, ${w.outH - high})`
  return [
    `for (let first = 0; first < ${all}; first += ${rowsAtOnce}) {`,
    `  const rows = min(${rowsAtOnce}, ${all} - first), top = ${top('first')}, end = ${top('(first + rows - 1)')} + ${high + down.taps - 1}`,
    '  for (let y = top; y < end; y++) {',
    `    const inY = y - ${w.padTop}, outside = inY < 0 || inY >= ${w.inH}`,
    `    ${copyPixels}(${at} + <usize>((y - top) * ${line}), ${to.input(0)} + <usize>((outside ? 0 : inY) * ${w.inW * to.inputPitch(0)}), ${to.inputPitch(0)}, outside ? 0 : ${w.inW}, ${w.inC}, ${-w.padLeft}, ${memory.width}, ${p.inputZero})`,
    '  }',
    '  for (let row = 0; row < rows; row++) {',
    `    ${intoTiles}(${at} + <usize>((${top('(first + row)')} - top) * ${line}), ${line}, ${w.inC}, ${wide * w.inC}, ${(w.outW - wide) * w.inC}, ${w.inC}, ${at + memory.between}, ${at + memory.tiles} + <usize>(row * ${tilesAcross * memory.tileBytes}), ${memory.tileBytes}, ${memory.tilePitch}, ${tilesAcross})`,
    '  }',
    `  for (let o = 0; o < ${p.outC}; o += 16) {`,
    `    ${pointProducts}(${at + memory.tiles}, ${memory.tileBytes}, ${to.reserved()} + <usize>(o * ${2 * points * w.inC}), ${at + memory.sums}, ${points}, rows * ${tilesAcross}, ${memory.tilePitch}, ${memory.sumPitch})`,
    `    ${outOfTiles}(${at + memory.sums}, ${memory.sumPitch}, ${at + memory.between}, rows * ${tilesAcross})`,
    '    for (let row = 0; row < rows; row++) {',
    `      ${finish({
      sums: `${at + memory.sums} + <usize>(row * ${tilesAcross * 64})`,
      sumPitch: memory.sumPitch,
      tiles: `${tilesAcross}`,
      output: `${to.output(0)} + <usize>(${top('(first + row)')} * ${outLine} + o)`,
      step: wide * to.outputPitch(0),
      last: `${(w.outW - wide) * to.outputPitch(0)}`,
      rows: high,
      line: outLine,
      columns: wide,
      pitch: to.outputPitch(0),
    })}`,
    '    }',
    '  }',
    '}',
  ]
}

/** As `inputTiles`, along both axes: first every line of a tile, eight channels at a time, into the memory `between`, then down. */
function inputPlane({ down, across }: PlaneLayer, to: Emitter): string {
  const alongWidth = transform(across.B, 'i16x8', 'v128.load_ext<i8>')
  const alongHeight = transform(down.B, 'i16x8', 'v128.load')
  const [lines, pixels] = [down.B[0].length, across.B[0].length]
  return to.define(`tilesOf${lines}x${pixels}`, name => [
    `// ${lines} × ${pixels} pixels to ${down.B.length} × ${across.B.length} points of int16, all channels of tiles side by side.`,
    `function ${name}(from: usize, line: usize, pixel: usize, step: usize, last: usize, channels: i32, between: usize, to: usize, tileBytes: usize, pitch: usize, tiles: i32): void {`,
    `  const down = ${across.B.length} * pitch`,
    '  let at: usize = 0',
    '  do {',
    '    let c = 0',
    '    do {',
    '      let row = from + at + <usize>c, b = between',
    `      for (let i = 0; i < ${lines}; i++) {`,
    '        let x = row',
    ...indent([...alongWidth.loads('x', 'pixel'), ...alongWidth.lines, ...storesAt(alongWidth.results, 'b', 16)], 8),
    `        row += line; b += ${across.B.length * 16}`,
    '      }',
    '      let v = to + (<usize>c << 1)',
    '      b = between',
    `      for (let j = 0; j < ${across.B.length}; j++) {`,
    ...indent(
      [
        ...loadsAt(down.B[0].length, 'b', across.B.length * 16),
        ...alongHeight.lines,
        'let point = v',
        ...alongHeight.stores('point', 'down'),
        'b += 16; v += pitch',
      ],
      8,
    ),
    '      }',
    '      c = c + 8 < channels ? min(c + 8, channels - 8) : channels',
    '    } while (c < channels)',
    '    to += tileBytes; at = min(at + step, last)',
    '  } while (--tiles)',
    '}',
  ])
}

/** As `outputTiles`, along both axes. */
function outputPlane({ down, across }: PlaneLayer, to: Emitter): string {
  const alongHeight = transform(down.A, 'i32x4', 'v128.load')
  const alongWidth = transform(across.A, 'i32x4', 'v128.load')
  const wide = across.B.length
  const points = `${down.B.length}x${wide}`
  return to.define(`outputs${points}to${down.outputs}x${across.outputs}`, name => [
    `// Products of ${points} points to ${down.outputs} × ${across.outputs} outputs, 16 channels of all tiles, in place.`,
    `function ${name}(sums: usize, pitch: usize, between: usize, tiles: i32): void {`,
    `  const end = sums + (<usize>tiles << 6), down = ${wide} * pitch`,
    '  do {',
    '    let column = sums, b = between',
    `    for (let j = 0; j < ${wide}; j++) {`,
    '      let s = column',
    ...indent(
      [...alongHeight.loads('s', 'down'), ...alongHeight.lines, ...storesAt(alongHeight.results, 'b', wide * 16)],
      6,
    ),
    '      column += pitch; b += 16',
    '    }',
    '    let s = sums',
    '    b = between',
    `    for (let i = 0; i < ${down.outputs}; i++) {`,
    ...indent(
      [
        ...loadsAt(wide, 'b', 16),
        ...alongWidth.lines,
        ...alongWidth.stores('s', 'pitch'),
        `s += pitch; b += ${wide * 16}`,
      ],
      6,
    ),
    '    }',
    '    sums += 16',
    '  } while (sums != end)',
    '}',
  ])
}

function loadsAt(count: number, at: string, pitch: number): string[] {
  return Array.from({ length: count }, (_, i) => `const x${i} = v128.load(${at}, ${i * pitch})`)
}

function storesAt(names: readonly string[], at: string, pitch: number): string[] {
  return names.map((name, i) => `v128.store(${at}, ${name}, ${i * pitch})`)
}
