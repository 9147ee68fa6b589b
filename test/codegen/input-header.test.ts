import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { headerText } from '../../src-ts/codegen/artefacts.ts'
import { emitProgram } from '../../src-ts/codegen/emit.ts'
import { manifestOf } from '../../src-ts/codegen/manifest.ts'
import { inputRows } from '../../src-ts/engines/input.ts'
import { loadModel } from '../../src-ts/engines/model.ts'
import { elements, type IntGraph } from '../../src-ts/ir/graph.ts'
import { type Adc, countMap, mapCount } from '../../src-ts/ir/input-map.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { random } from '../../src-ts/random.ts'
import { skip } from '../helpers/environment.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'

// A host that follows model.h gets the very bytes that `holter run` gets: C that includes the header, beside engines/input.ts.

const suiteName = 'codegen/input-header'
const test = suite(suiteName)
const compiler = ['cc', 'gcc', 'clang'].find(name => spawnSync(name, ['--version']).status === 0)
const dir = mkdtempSync(join(tmpdir(), 'holter-header-'))
test.after(() => rmSync(dir, { recursive: true }))

const shipped = (name: string) =>
  loadModel(fileURLToPath(new URL(`../../models/${name}.tflite`, import.meta.url))).graph

/** The same network with int16 at its first input, for the header only: it would not run. */
function wide(graph: IntGraph): IntGraph {
  const tensors = graph.tensors.map((tensor, i) => {
    if (i !== graph.inputs[0]) return tensor
    const scale = [Math.fround(tensor.quantization!.scale[0] / 200)]
    return { ...tensor, type: 'int16' as const, quantization: { scale, zeroPoint: [0], axis: 0 } }
  })
  return { ...graph, tensors }
}

/** Runs a C program that includes the header and maps stdin to stdout; `body` sees `in` and writes `out`. */
function inC(
  graph: IntGraph,
  defines: readonly string[],
  inType: string,
  outType: string,
  body: string,
  input: Uint8Array,
) {
  const manifest = { ...manifestOf(emitProgram(makePlan([tinyNetwork()], 'scalar'), 'test'), 'abc'), ...formOf(graph) }
  writeFileSync(join(dir, 'model.h'), headerText(manifest, 'model'))
  const program = `${defines.map(define => `#define ${define}\n`).join('')}#include "model.h"
#include <stdio.h>
int main(void) {
  ${inType} in;
  for (int i = 0; fread(&in, sizeof in, 1, stdin) == 1; i++) {
    ${outType} out = ${body};
    fwrite(&out, sizeof out, 1, stdout);
  }
  return 0;
}
`
  writeFileSync(join(dir, 'host.c'), program)
  const flags = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-O1', join(dir, 'host.c'), '-o', join(dir, 'host')]
  const compiled = spawnSync(compiler!, flags, { encoding: 'utf8' })
  assert.is(compiled.status, 0, compiled.stderr)
  const { stdout } = spawnSync(join(dir, 'host'), [], { input, maxBuffer: 1 << 28 })
  return new Int8Array(Uint8Array.from(stdout).buffer)
}

/** What the header says of a graph's inputs. */
function formOf(graph: IntGraph) {
  const inputs = graph.inputs.map(i => {
    const { name, shape, type, quantization } = graph.tensors[i]
    const { scale, zeroPoint } = quantization!
    return { name, shape, type, scale: scale[0], zeroPoint: zeroPoint[0], address: 0, bytes: 0 }
  })
  return { inputs, metadata: graph.metadata }
}

/** What `holter run` makes of an array for one input, filled up to whole rows with its last value. */
function byRun(graph: IntGraph, values: Int32Array | Float64Array | Float32Array, which = 0, adc?: Adc): Int8Array {
  const tensor = graph.tensors[graph.inputs[which]]
  const size = elements(tensor.shape)
  const count = Math.ceil(values.length / size)
  const padded = new (values.constructor as Float64ArrayConstructor)(count * size).fill(values.at(-1)!)
  padded.set(values)
  const { rows } = inputRows(graph, { shape: [count, size], data: padded }, 'test', which, adc)
  return rows.subarray(0, (rows.length / padded.length) * values.length)
}

function equal(got: Int8Array, expected: Int8Array): void {
  assert.is(got.length, expected.length)
  const odd = got.findIndex((byte, i) => byte !== expected[i])
  assert.is(odd, -1, `byte ${odd}: got ${got[odd]}, expected ${expected[odd]}`)
}

const bytesOf = (data: ArrayBufferView) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
const cases = [
  ...['ecg-tiny', 'gap-cnn', 'inception-cnn', 'resnet1d'].map(name => ({ name, graph: shipped(name), type: 'int8_t' })),
  { name: 'ecg-tiny with int16 input', graph: wide(shipped('ecg-tiny')), type: 'int16_t' },
]

/** Normal numbers, multiples of a half step and their neighbours in both precisions, and the largest numbers. */
function realValues(graph: IntGraph): Float64Array {
  const stream = random(11)
  const { mean, deviation } = graph.metadata!
  const [scale] = graph.tensors[graph.inputs[0]].quantization!.scale
  const normal = Array.from({ length: 200_000 }, () => mean + 3 * deviation * stream.normal())
  const halves = Array.from({ length: 1200 }, (_, i) => mean + ((i - 600) / 2) * scale * deviation)
  const near = halves.flatMap(x => [x, x * (1 + 2 ** -24), x * (1 - 2 ** -24), x * (1 + 2 ** -52), x * (1 - 2 ** -53)])
  return Float64Array.from([...normal, ...normal.map(Math.fround), ...near, 0, -0, 1e30, -1e30, 5e-324, 1e308, -1e308])
}

if (!compiler) skip(suiteName, 'all tests', 'a C compiler is missing. Install gcc and libc6-dev')
else {
  for (const { name, graph, type } of cases) {
    test(`${name}: real values, at every rounding border too`, () => {
      const values = realValues(graph)
      equal(inC(graph, [], 'double', type, 'model_input(in)', bytesOf(values)), byRun(graph, values))
    })
  }

  const adcs: [bits: number, signed: boolean, adc: Adc][] = [
    [12, false, { gain: 200, baseline: 1024 }],
    [12, false, { gain: 204.8, baseline: 2048 }],
    [16, true, { gain: 1000, baseline: 0 }],
    [16, false, { gain: 2457.6, baseline: 32768 }],
  ]
  for (const { name, graph, type } of cases.filter(({ graph }) => graph.metadata!.unit === 'mV')) {
    for (const [bits, signed, adc] of adcs) {
      test(`${name}: all counts of ${bits} bits at ${adc.gain} per mV from ${adc.baseline}`, () => {
        const least = signed ? -(2 ** (bits - 1)) : 0
        const counts = Int32Array.from({ length: 2 ** bits }, (_, i) => least + i)
        const defines = [`MODEL_ADC_GAIN ${adc.gain}`, `MODEL_ADC_BASELINE ${adc.baseline}`]
        const got = inC(graph, defines, 'int32_t', type, 'model_input_of_count(in)', bytesOf(counts))
        equal(got, byRun(graph, counts, 0, adc))

        // The map over millivolts rounds more often: it differs at rounding borders only, by one.
        const millivolts = Float64Array.from(counts, count => (count - adc.baseline) / adc.gain)
        const real = byRun(graph, millivolts)
        const values = (bytes: Int8Array) => (type === 'int16_t' ? new Int16Array(new Int8Array(bytes).buffer) : bytes)
        const distances = Array.from(values(got), (q, i) => Math.abs(q - values(real)[i]))
        assert.ok(Math.max(...distances) <= 1)
        const odd = distances.filter(distance => distance > 0).length
        assert.ok(odd <= (type === 'int16_t' ? counts.length / 100 : 2), `${odd} of ${counts.length} counts differ`)
      })
    }
  }

  test('features are standardized each on its own, and clipped', () => {
    const graph = shipped('beat-rr')
    const { mean, deviation } = graph.metadata!.features!
    const stream = random(3)
    const values = Float32Array.from(
      { length: mean.length * 3000 },
      (_, i) => mean[i % mean.length] + 3 * deviation[i % mean.length] * stream.normal(),
    )
    equal(
      inC(graph, [], 'float', 'int8_t', `model_input1(i % ${mean.length}, in)`, bytesOf(values)),
      byRun(graph, values, 1),
    )
  })

  test('a network without metadata takes its own real values', () => {
    const { metadata: _, ...graph } = shipped('ecg-tiny')
    const values = Float32Array.from({ length: 5000 }, (_, i) => (i - 2500) / 77)
    equal(inC(graph, [], 'float', 'int8_t', 'model_quantize_input(in)', bytesOf(values)), byRun(graph, values))
  })
}

test('counts of any size are saturated, and a converter that fits nothing is refused', () => {
  const graph = shipped('ecg-tiny')
  const { quantization } = graph.tensors[graph.inputs[0]]
  const map = countMap({ gain: 1e-3, baseline: 0 }, graph.metadata!, quantization!)
  assert.equal([mapCount(2 ** 31 - 1, map, 'int8'), mapCount(-(2 ** 31), map, 'int8')], [127, -128])
  for (const adc of [
    { gain: 0, baseline: 0 },
    { gain: -1, baseline: 0 },
    { gain: 1, baseline: 0.5 },
    { gain: 1e12, baseline: 0 },
  ]) {
    assert.throws(() => countMap(adc, graph.metadata!, quantization!), /the converter does not fit/)
  }
})

test.run()
