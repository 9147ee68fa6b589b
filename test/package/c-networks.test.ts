import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { build, planModule } from '../../src-ts/codegen/build.ts'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import { arrayText, modelSource } from '../../src-ts/package/c-model.ts'
import { readerText, toC } from '../../src-ts/package/form-c.ts'
import { seededVectors } from '../../src-ts/package/vectors.ts'
import { streamGraph } from '../../src-ts/passes/streaming/stream.ts'
import { random } from '../../src-ts/random.ts'
import { rowStream } from '../../src-ts/reference/run.ts'
import { randomInt16Network, randomNetwork } from '../../tools/random-networks/random-network.ts'
import { randomStream } from '../../tools/random-networks/random-stream.ts'
import { testUnless } from '../helpers/environment.ts'
import { linesOf, missingForC, sanitized } from './c-harness.ts'

// HOLTER_C_NETWORKS=40 for the long run.
const NETWORKS = Number(process.env.HOLTER_C_NETWORKS ?? 4)

const HOPS = 40

const test = suite('package/c-networks')
const missing = missingForC()
const scenes = testUnless(missing, 'package/c-networks', test)

for (const [kind, networkOf] of Object.entries({ int8: randomNetwork, int16: randomInt16Network })) {
  scenes(
    `C of random ${kind} networks passes its self-test, and its module the interpreter's check, under sanitizers`,
    async () => {
      for (let seed = 0; seed < NETWORKS; seed++) {
        const graph = networkOf(seed)
        const made = await build(planModule(graph, 'firmware'), '0'.repeat(64))
        const model = { graph, tflite: new Uint8Array(), module: async () => made.wasm }
        const { file } = await seededVectors(model, 8, seed + 1)
        const main = [
          '#include "self-test.h"',
          '#include "wasm-check.h"',
          '#include <stdio.h>',
          ...readerText(file),
          ...arrayText('module', String(made.wasm.length), made.wasm),
          'void holter_put(const char *text) { fputs(text, stdout); }',
          'uint64_t holter_instructions(void) { return 0; }',
          'int main(void) {',
          '  static wasm_check_t check;',
          `  const char *problem = holter_check_wasm(module, sizeof module, ${made.program.memoryBytes}, &check);`,
          '  if (problem) fputs(problem, stderr);',
          '  return problem ? 1 : holter_self_test("test", holter_read_vectors);',
          '}',
        ]
        const source = modelSource(made, toC(made.wasm), { gain: 1000, baseline: 0 })
        const program = sanitized({ 'model.c': source, 'main.c': `${main.join('\n')}\n` }, [
          'self-test.c',
          'wasm-check.c',
        ])
        const [line] = linesOf(program, '')
        assert.match(line, /vectors=8 pass=8 /, `seed ${seed}`)
      }
    },
  )
}

scenes('C of random streams pushes the bytes of the reference, hop after hop, under sanitizers', async () => {
  for (let seed = 0; seed < NETWORKS; seed++) {
    const { graph: whole, hop } = randomStream(seed)
    const graph = streamGraph(whole, { hop })
    const made = await build(planModule(graph, 'firmware'), '0'.repeat(64))
    const draw = random(seed, 31)
    const inputs = Int8Array.from({ length: HOPS * rowBytes(graph, graph.inputs) }, () => draw.integer(256))
    const main = [
      '#include "holter.h"',
      '#include <stdio.h>',
      '#include <string.h>',
      ...arrayText('hops', String(inputs.length), new Uint8Array(inputs.buffer)),
      'int main(void) {',
      '  holter_port_t in, out;',
      '  if (holter_init()) return 1;',
      '  holter_input(0, &in);',
      '  holter_output(0, &out);',
      `  for (int hop = 0; hop < ${2 * HOPS}; hop++) {`,
      `    if (hop == ${HOPS} && holter_reset()) return 1;`,
      `    memcpy(in.data, hops + hop % ${HOPS} * in.bytes, in.bytes);`,
      '    if (holter_push()) return 1;',
      '    for (unsigned i = 0; i < out.bytes; i++) printf("%d ", ((signed char *)out.data)[i]);',
      '  }',
      '}',
    ]
    const source = modelSource(made, toC(made.wasm), { gain: 1000, baseline: 0 })
    const program = sanitized({ 'model.c': source, 'main.c': `${main.join('\n')}\n` }, [])
    const got = linesOf(program, '')[0].trim().split(' ').map(Number)
    const expected = [...rowStream(graph).push(inputs, HOPS)]
    assert.equal(got, [...expected, ...expected], `seed ${seed}`)
  }
})

test.run()
