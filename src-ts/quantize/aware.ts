import type { Scalar, Tensor } from '@tensorflow/tfjs'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { FloatGraph } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'
import { evaluateFloat } from '../passes/float/evaluate.ts'
import { valuesOf } from '../train/model-weights.ts'
import type { Masks } from '../train/prune/masks.ts'
import type { Tf } from '../train/tf.ts'
import { type Ranges, union } from './calibrate.ts'
import { type Converted, withConversions } from './conversions.ts'
import { fakeQuantized, rangeBetween, withConstants } from './fake.ts'
import type { Scheme } from './scheme.ts'
import { tiedGroups } from './ties.ts'

/** A network that is trained as the integers that it will become. */
export interface QuantizationAware {
  /** Inputs and logits as those of the model that the graph was made of; its weights are the graph's constants and its ranges. */
  readonly model: LayersModel
  /** Hold at zero the weights of filters that are zero: what was pruned stays so. */
  readonly masks: Masks
  /** Returns what training made of the graph and of its ranges, for `quantize`. */
  trained(): { readonly graph: FloatGraph; readonly ranges: Ranges }
}

/**
 * Returns a model that computes a graph (after the passes: batch norm folded) as the integers that `quantize` would make of it.
 * Trained are all real constants, and a factor to either end of each range. `inputShapes` are those of the model's inputs, without the
 * batch. The caller disposes the model.
 */
export function quantizationAware(
  tf: Tf,
  float: FloatGraph,
  calibrated: Ranges,
  scheme: Scheme,
  inputShapes: readonly (readonly number[])[],
): QuantizationAware {
  const converted = withConversions(float, scheme)
  const ranges = [...commonRanges(converted, calibrated)]
  const start = Float32Array.from(ranges.flatMap(([, { min, max }]) => [min, max]))
  // Pixels keep their range, whatever would be learned: int8 holds each of them as it is.
  const kept = ranges.flatMap(([index]) =>
    new Array(2).fill(float.metadata?.drawn && float.inputs[0] === index ? 1 : 0),
  )
  const constants = float.tensors.flatMap(({ data, shape }, index) =>
    data instanceof Float32Array ? { index, data, shape } : [],
  )

  /** tfjs gives weights and gradients to layers only. */
  class FakeQuantized extends tf.layers.Layer {
    static readonly className = 'FakeQuantized'
    readonly own = constants.map(({ index, data, shape }) => this.weight(weightName(index), shape, data))
    readonly factors = this.weight('ranges', [start.length], new Float32Array(start.length).fill(1))

    override build(): void {
      this.built = true
    }

    override computeOutputShape(): [null, number] {
      return [null, float.tensors[float.outputs[0]].shape.at(-1)!]
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => {
        const options = fakeQuantized(tf, converted, scheme, this.state())
        return evaluateFloat(tf, converted.graph, [inputs].flat(), options)[0]
      })
    }

    /** The weights as the graph knows them; ends are new tensors. */
    state() {
      const ends = tf.tidy(() => tf.unstack(tf.mul(this.learned(), tf.tensor1d(start))) as Scalar[])
      return {
        constants: new Map(constants.map(({ index }, i) => [index, this.own[i].read() as Tensor])),
        ends: new Map(ranges.map(([index], i) => [index, [ends[2 * i], ends[2 * i + 1]] as const])),
      }
    }

    private learned(): Tensor {
      const factors = this.factors.read()
      return kept.includes(1) ? tf.where(tf.tensor1d(kept, 'bool'), tf.onesLike(factors), factors) : factors
    }

    private weight(name: string, shape: readonly number[], data: Float32Array) {
      const initializer = Object.assign(tf.initializers.zeros(), { apply: () => tf.tensor(data.slice(), [...shape]) })
      return this.addWeight(name, [...shape], 'float32', initializer)
    }
  }

  const layer = new FakeQuantized({ name: 'fake-quantized' })
  const inputs = inputShapes.map(shape => tf.input({ shape: [...shape] }))
  const outputs = layer.apply(inputs) as SymbolicTensor
  return {
    model: tf.model({ inputs, outputs, name: float.name }),
    masks: zeroMasks(float),
    trained() {
      const { constants: weights, ends } = layer.state()
      const values = new Map([...weights].map(([index, tensor]) => [index, valuesOf(tensor)]))
      const own = new Map([...ends].map(([index, both]) => [index, rangeBetween(both)]))
      tf.dispose([...ends.values()].flat())
      return { graph: withConstants(float, values), ranges: own }
    },
  }
}

/** Ranges by tensor, alike where tensors share a scale: what is learned at one of them must not be hidden by another. */
function commonRanges({ graph, sources }: Converted, ranges: Ranges): Ranges {
  const groups = tiedGroups(graph)
  const tied = (index: number) => groups.flatMap((group, i) => (group === groups[index] ? i : []))
  const rangesOf = (index: number) => tied(index).flatMap(i => ranges.get(sources.get(i) ?? i) ?? [])
  return new Map([...ranges.keys()].map(index => [index, union(rangesOf(index))]))
}

/** tfjs does not allow every name that a tensor may have. */
function weightName(index: number): string {
  return `constant-${index}`
}

/** 0 where a filter's weight is zero, by the name of the weight; filters without zeros have no mask. */
function zeroMasks(graph: FloatGraph): Masks {
  const filters = graph.nodes.filter(node => opByKind(node.op).linear).map(node => node.inputs[1])
  const sparse = filters.filter(index => graph.tensors[index].data?.includes(0))
  return new Map(
    sparse.map(index => [weightName(index), Uint8Array.from(graph.tensors[index].data!, w => Number(w !== 0))]),
  )
}
