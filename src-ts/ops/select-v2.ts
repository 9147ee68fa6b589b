import { HolterError } from '../errors.ts'
import type { IntData, IntTensor, Shape } from '../ir/graph.ts'
import type { Emitter } from './kernel.ts'
import type { NodeView, Op } from './op.ts'
import { broadcastShape, type Four, quantizeOperands, walkTogether } from './parts/broadcast.ts'
import { caseNode } from './parts/cases.ts'

export interface SelectPrepared {
  readonly sizes: Four
  /** How far condition, x and y move in a step of each loop, in elements. */
  readonly steps: readonly Four[]
  /** Data of each of the three where it is a constant. */
  readonly constants: readonly (IntData | undefined)[]
  /** Bytes of an element of x, y and the output. */
  readonly width: 1 | 2
}

/** SELECT_V2: x where the condition is true, else y. Each of the three may be a constant, and may be repeated along axes where its size is 1. */
export const selectV2: Op<object, SelectPrepared> = {
  kind: 'selectV2',
  truth: 'tflite-micro',
  condition: 0,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 123, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, inputs) => [inputs.map(input => input!.shape).reduce(broadcastShape)],
  evaluate(tf, _, inputs) {
    // tfjs does not add the gradients of an operand that it repeats itself.
    const shape = inputs.map(input => input!.shape).reduce(broadcastShape)
    const [condition, x, y] = inputs.map(input => tf.broadcastTo(input!, shape))
    return tf.where(tf.cast(condition, 'bool'), x, y)
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeOperands,
  prepare(node) {
    const inputs = node.inputs as readonly IntTensor[]
    requireTypes(node, inputs)
    const { sizes, steps } = walkTogether(
      node.name,
      inputs.map(({ shape }) => shape),
    )
    const width = node.outputs[0].type === 'int16' ? 2 : 1
    return { sizes, steps, constants: inputs.map(({ data }) => data), width }
  },
  reference({ sizes, steps, constants }, inputs, [out]) {
    const own = [...inputs]
    const [condition, x, y] = constants.map(data => data ?? own.shift()!)
    const place = (which: number, i: number, j: number, k: number, l: number) => {
      const [s0, s1, s2, s3] = steps[which]
      return i * s0 + j * s1 + k * s2 + l * s3
    }
    let at = 0
    for (let i = 0; i < sizes[0]; i++) {
      for (let j = 0; j < sizes[1]; j++) {
        for (let k = 0; k < sizes[2]; k++) {
          for (let l = 0; l < sizes[3]; l++) {
            out[at++] = condition[place(0, i, j, k, l)] ? x[place(1, i, j, k, l)] : y[place(2, i, j, k, l)]
          }
        }
      }
    }
  },
  kernels: [{ name: 'select', emit: emitSelect }],
  macs: () => 0,
  cases: () => [
    selectCase('equal shapes', [1, 1, 9, 7], [1, 1, 9, 7], [1, 1, 9, 7]),
    selectCase('a constant elsewhere', [1, 1, 9, 7], [1, 1, 9, 7], [1], 90),
    selectCase('a row by row choice', [1, 1, 9, 1], [1, 1, 9, 7], [7]),
    selectCase('all repeated', [1, 3, 1, 1], [1, 1, 9, 1], [1, 1, 1, 7]),
  ],
}

/** TFLM copies bytes: another type would be misread, and another scale gives other real numbers. */
function requireTypes({ name, outputs: [out] }: NodeView<object>, [condition, x, y]: readonly IntTensor[]): void {
  if (condition.type !== 'bool' || x.type !== out.type || y.type !== out.type) {
    const problem = "SELECT_V2 chooses by bool between two of the output's type"
    const got = `${condition.type}, ${x.type} and ${y.type}`
    throw new HolterError({ stage: 'ops', where: name, problem, got, expected: `bool, ${out.type} and ${out.type}` })
  }
}

function emitSelect(p: SelectPrepared, to: Emitter): string {
  let read = 0
  const [condition, x, y] = p.constants.map(data => (data ? to.data(data, data.BYTES_PER_ELEMENT) : to.input(read++)))
  const wide = (steps: Four) => steps.map(step => step * p.width)
  return to.call('select', `select<${p.width === 2 ? 'i16' : 'i8'}>`, [
    ['condition', condition],
    ['x', x],
    ['y', y],
    ['output', to.output(0)],
    ['sizes', ...p.sizes],
    ['steps of the condition', ...p.steps[0]],
    ['steps of x', ...wide(p.steps[1])],
    ['steps of y', ...wide(p.steps[2])],
  ])
}

function selectCase(name: string, condition: Shape, x: Shape, y: Shape, constant?: number) {
  const quantization = { scale: 0.05, zeroPoint: -3 }
  const inputs = [
    { shape: condition, type: 'bool' as const, scale: 1 },
    { shape: x, ...quantization },
    { shape: y, ...quantization, ...(constant && { constant }) },
  ]
  return caseNode(name, 'selectV2', {}, inputs, [{ shape: [condition, x, y].reduce(broadcastShape), ...quantization }])
}
