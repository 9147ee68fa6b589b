import { HolterError } from '../errors.ts'
import type { Shape } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { shapeOnly } from './parts/shape-only.ts'

export interface SqueezeAttrs {
  /** Axes of length 1 that go; none: all of them. */
  readonly axes: readonly number[]
}

/** SQUEEZE: leaves out axes of length 1. The bytes stay where they are. */
export const squeeze: Op<SqueezeAttrs, Record<string, never>> = {
  ...shapeOnly,
  kind: 'squeeze',
  truth: 'tflite-micro',
  probabilities: 'kept',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 43,
    options: 30,
    read: o => ({ axes: o.int32Vector(0) }),
    write(builder, attrs) {
      builder.startVector(4, attrs.axes.length, 4)
      for (let i = attrs.axes.length - 1; i >= 0; i--) builder.addInt32(attrs.axes[i])
      const vector = builder.endVector()
      builder.startObject(1)
      builder.addFieldOffset(0, vector, 0)
      return builder.endObject()
    },
  },
  outputShapes: (attrs, [x]) => [squeezed(attrs, x!.shape)],
  evaluate: (tf, attrs, [x]) => tf.reshape(x!, squeezed(attrs, x!.shape)),
  cases: () => [squeezeCase('one axis', [1, 1, 9, 5], [1]), squeezeCase('all', [1, 1, 6, 1], [])],
}

function squeezed({ axes }: SqueezeAttrs, x: Shape): number[] {
  const gone = new Set(axes.map(axis => (axis < 0 ? axis + x.length : axis)))
  if ([...gone].some(axis => x[axis] !== 1)) {
    const got = `axes [${axes}] of [${x}]`
    throw new HolterError({ stage: 'codegen', where: 'squeeze', problem: 'only axes of length 1 can go', got })
  }
  return x.filter((n, axis) => (axes.length ? !gone.has(axis) : n !== 1))
}

function squeezeCase(name: string, shape: number[], axes: number[]) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const output = { shape: squeezed({ axes }, shape), ...quantization }
  return caseNode(name, 'squeeze', { axes }, [{ shape, ...quantization }], [output])
}
