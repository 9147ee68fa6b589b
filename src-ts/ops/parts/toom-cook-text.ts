import type { Emitter } from '../kernel.ts'
import { evenBlocks } from './channel-blocks.ts'
import { placeChannels } from './channel-constants.ts'
import { type Convolution, withoutInputZero } from './convolution.ts'
import { laneScaling } from './lane-scaling.ts'
import { linearText } from './linear-text.ts'
import { powerOfTwo } from './toom-cook-layer.ts'

type Matrix = readonly (readonly number[])[]

/**
 * Defines a function that multiplies a matrix by the pixels of tiles, eight channels at a time: int8 to points of int16. Layers share it,
 * since the matrix depends on the tile's length alone. `pixel` bytes lie between pixels, `step` between tiles, the last of which begins
 * `last` bytes from the first; `tileBytes` between transformed tiles, `pitch` between points.
 */
export function inputTiles(matrix: Matrix, to: Emitter): string {
  const { loads, lines, stores } = transform(matrix, 'i16x8', 'v128.load_ext<i8>')
  return to.define(`tilesOf${matrix[0].length}`, name => [
    `// ${matrix[0].length} pixels to ${matrix.length} points of int16, all channels of all tiles.`,
    `function ${name}(from: usize, pixel: usize, step: usize, last: usize, channels: i32, to: usize, tileBytes: usize, pitch: usize, tiles: i32): void {`,
    '  let at: usize = 0',
    '  do {',
    '    let c = 0',
    '    do {',
    '      let x = from + at + <usize>c, v = to + (<usize>c << 1)',
    ...indent([...loads('x', 'pixel'), ...lines, ...stores('v', 'pitch')], 6),
    '      c = c + 8 < channels ? min(c + 8, channels - 8) : channels',
    '    } while (c < channels)',
    '    to += tileBytes; at = min(at + step, last)',
    '  } while (--tiles)',
    '}',
  ])
}

/** Defines a function that multiplies a matrix by the products of tiles, 16 channels of int32 each, in place; `pitch` bytes lie between points. */
export function outputTiles(matrix: Matrix, to: Emitter): string {
  const { loads, lines, stores } = transform(matrix, 'i32x4', 'v128.load')
  return to.define(`outputs${matrix[0].length}to${matrix.length}`, name => [
    `// Products of ${matrix[0].length} points to ${matrix.length} outputs, 16 channels of all tiles, in place.`,
    `function ${name}(sums: usize, pitch: usize, tiles: i32): void {`,
    '  const end = sums + (<usize>tiles << 6)',
    '  do {',
    '    let s = sums',
    ...indent([...loads('s', 'pitch'), ...lines, 's = sums', ...stores('s', 'pitch')], 4),
    '    sums += 16',
    '  } while (sums != end)',
    '}',
  ])
}

/** Text of a matrix times vectors that lie apart. */
export function transform(matrix: Matrix, type: 'i16x8' | 'i32x4', load: string) {
  const names = matrix[0].map((_, i) => `x${i}`)
  const { lines, results } = linearText(matrix, names, type, 'y')
  const moved = (at: string, pitch: string, i: number) => (i ? `${at} += ${pitch}` : at)
  return {
    loads: (at: string, pitch: string) => names.map((name, i) => `const ${name} = ${load}(${moved(at, pitch, i)})`),
    lines,
    results,
    stores: (at: string, pitch: string) => results.map((name, i) => `v128.store(${moved(at, pitch, i)}, ${name})`),
  }
}

/** Where the tiles of one block of 16 channels go, as AssemblyScript. */
interface Finish {
  readonly sums: string
  readonly sumPitch: number
  readonly tiles: string
  /** Of the first tile; tiles lie `step` bytes apart, the last `last` bytes from the first. */
  readonly output: string
  readonly step: number
  readonly last: string
  /** Outputs of a tile. */
  readonly rows: number
  readonly columns: number
  readonly line: number
  readonly pitch: number
}

/** Returns a function that makes the call which requantizes the tiles of channels from `o` on and stores them; it places the constants. */
export function finishText(p: Convolution, divisor: number, to: Emitter): (at: Finish) => string {
  const exponent = powerOfTwo(divisor)
  const scaling = laneScaling(p, p.filter, exponent)!
  const inverse = inverseModulo32(divisor / 2 ** exponent)
  const { bias } = withoutInputZero(p)
  const channels = placeChannels(to, bias, scaling, evenBlocks(p.outC, 16), { inverse, exponent })
  const finish = to.use('toom-cook', 'finishTiles')
  return at => {
    const places = [at.sums, at.sumPitch, at.tiles, at.output, at.step, at.last, at.rows, at.line, at.columns, at.pitch]
    const constants = [`${channels} + <usize>o * 20`, `min(16, ${p.outC} - o)`, scaling.shift, p.min, p.max]
    return `${finish}(${[...places, ...constants].join(', ')})`
  }
}

/** The inverse of an odd number modulo 2³², as int32: Newton's iteration doubles the right bits, of which 3 are right at first. */
function inverseModulo32(odd: number): number {
  let inverse = odd
  for (let bits = 3; bits < 32; bits *= 2) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse))
  return inverse
}

export function indent(lines: readonly string[], by: number): string[] {
  return lines.map(line => ' '.repeat(by) + line)
}

/** Vectors are 16 bytes. */
export function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16
}
