import { crc32 } from 'node:zlib'
import type { Build } from '../codegen/build.ts'
import { HolterError } from '../errors.ts'
import type { Adc } from '../ir/input-map.ts'
import { plain } from './c-model.ts'
import { bitsOf, countsOf } from './counts.ts'

const HEAD = 256
const PORTS = 8

/** Returns a module with what firmware-targets/runtime/module-slot.h wants before it. */
export function moduleSlot(made: Build, module: Uint8Array, adc: Adc): Uint8Array {
  const { manifest, program } = made
  const ports = [...manifest.inputs, ...manifest.outputs]
  if (ports.length > PORTS) {
    throw new HolterError({
      stage: 'package',
      where: manifest.name,
      problem: 'too many inputs and outputs for a module slot',
      got: ports.length,
      expected: `at most ${PORTS}`,
    })
  }
  const head = Buffer.alloc(HEAD)
  const map = countsOf(made, adc)
  head.write('HLTM', 0, 'latin1')
  head.writeUInt32LE(1, 4)
  const words = [
    module.length,
    program.memoryBytes,
    manifest.macs,
    manifest.inputs.length | (manifest.outputs.length << 16),
  ]
  for (const [i, n] of [...words, program.readOnlyAddress].entries()) head.writeUInt32LE(n, 12 + 4 * i)
  for (const [i, port] of ports.entries()) {
    for (const [k, n] of [port.address, port.bytes, bitsOf(port)].entries()) head.writeUInt32LE(n, 32 + 12 * i + 4 * k)
  }
  head.writeBigInt64LE(map.multiplier, 128)
  head.writeBigInt64LE(map.offset, 136)
  for (const [i, n] of [Number(map.baseline), map.least, map.largest].entries()) head.writeInt32LE(n, 144 + 4 * i)
  head.write(manifest.tools.holter.slice(0, 7), 160, 'latin1')
  head.write(plain(manifest.name).slice(0, 22), 168, 'latin1')
  head.write(manifest.modelSha256, 191, 'latin1')
  const slot = Buffer.concat([head, module])
  slot.writeUInt32LE(crc32(slot.subarray(12)), 8)
  return slot
}
