import type { Emitter } from '../kernel.ts'
import { packChannelRows } from './channel-blocks.ts'
import { type Convolution, withoutInputZero } from './convolution.ts'
import { laneScaling } from './lane-scaling.ts'
import { powerOfTwo } from './toom-cook-layer.ts'

/**
 * Returns text that divides vectors of int32 by a divisor that divides them exactly, requantizes them, four channels from `c` on each,
 * and stores them at `to`, `pitch` bytes apart. It takes the names `low` and `high` of vectors from around.
 */
export function finishText(
  p: Convolution,
  sums: readonly string[],
  divisor: number,
  pitch: number,
  to: Emitter,
): string[] {
  const exponent = powerOfTwo(divisor)
  const inverse = inverseModulo32(divisor / 2 ** exponent)
  const divided = sums.map(name => {
    const whole = inverse === 1 ? name : `i32x4.mul(${name}, i32x4.splat(${inverse}))`
    return exponent ? `i32x4.shr_s(${whole}, ${exponent})` : whole
  })
  const requantize = to.use('requantize-lanes', 'requantizeLanes')
  const pack = to.use('requantize-lanes', 'packLanes')
  const scaling = laneScaling(p, p.filter)!
  const channels = to.data(packChannelRows(withoutInputZero(p).bias, scaling), 16)
  const rowBytes = Math.ceil(p.outC / 16) * 64
  const bytes = (t: number) => `bytes${Math.floor(t / 4)}`
  const packs = sums.flatMap((_, t) => {
    const four = [0, 1, 2, 3].map(i => `q${Math.min(t + i, sums.length - 1)}`)
    return t % 4 ? [] : [`const ${bytes(t)} = ${pack}(${four.join(', ')}, low, high)`]
  })
  const stores = sums.map((_, t) => `v128.store32_lane(to, ${bytes(t)}, ${t % 4}, ${t * pitch})`)
  return [
    `const m: usize = ${channels} + (<usize>c << 2)`,
    'const bias = v128.load(m)',
    ...divided.map(
      (text, t) =>
        `const q${t} = ${requantize}(i32x4.add(${text}, bias), m + ${rowBytes}, ${rowBytes}, ${scaling.shift})`,
    ),
    ...packs,
    ...(p.outC % 4 === 0 ? stores : raggedText(p.outC, stores, bytes, pitch, to)),
  ]
}

/** The last channels are fewer than four. */
function raggedText(
  outC: number,
  stores: string[],
  bytes: (t: number) => string,
  pitch: number,
  to: Emitter,
): string[] {
  const storeFirst = to.use('requantize-lanes', 'storeFirst')
  const few = stores.map((_, t) => {
    const lanes = new Array(4).fill(t % 4).join(', ')
    return `${storeFirst}(to + ${t * pitch}, v128.shuffle<i32>(${bytes(t)}, ${bytes(t)}, ${lanes}), ${outC % 4})`
  })
  return [`if (c + 4 <= ${outC}) {`, ...indent(stores, 2), '} else {', ...indent(few, 2), '}']
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
