import type { Tensor } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Recipe } from '../../src-ts/networks/network.ts'
import { random } from '../../src-ts/random.ts'
import { adam } from '../../src-ts/train/adam.ts'
import type { Batch } from '../../src-ts/train/batch.ts'
import { orderedBatches } from '../../src-ts/train/batches.ts'
import { binaryCrossEntropy, totalLoss } from '../../src-ts/train/loss.ts'
import { readWeights, valuesOf, weightsOf } from '../../src-ts/train/model-weights.ts'
import { fuseBatchNorm } from '../../src-ts/train/native-gradients.ts'
import { type Hooks, stepper } from '../../src-ts/train/step.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { noScaling, sineClasses, tinyNetwork, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('step')
const native = withTfjs('step', test)
const batch = orderedBatches(sineClasses('train', 24), noScaling, 24).next().value as Batch
const plain: Recipe = { ...tinyRecipe, weightDecay: 0 }

/** Takes steps with a fresh tiny network and returns what became of its weights, with the losses. */
function trained(
  tf: Tf,
  { recipe = plain, hooks = {}, steps = 1, rate = 0.01 } = {} as {
    recipe?: Recipe
    hooks?: Hooks | ((model: LayersModel) => Hooks)
    steps?: number
    rate?: number
  },
) {
  const model = tinyNetwork(tf, 1)
  const { step, dispose } = stepper(tf, model, recipe, {
    terms: [binaryCrossEntropy],
    ...(typeof hooks === 'function' ? hooks(model) : hooks),
  })
  const losses = Array.from({ length: steps }, (_, i) => step(batch, rate, random(5, i)))
  dispose()
  const weights = readWeights(model)
  model.dispose()
  return { weights, losses }
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, i) => Math.abs(x - b[i])).reduce((most, x) => Math.max(most, x), 0)

native('the loss is the textbook formula, also where it would overflow', tf => {
  const logits = [-1000, -30, -0.5, 0, 0.5, 30, 1000]
  for (const target of [0, 1]) {
    const expected = logits.map(z => (target ? softplus(-z) : softplus(z))).reduce((a, b) => a + b, 0) / logits.length
    const got = tf.tidy(() => {
      const tensors = { logits: tf.tensor2d([logits]), targets: tf.tensor2d([logits.map(() => target)]) }
      return totalLoss(tf, [binaryCrossEntropy], { ...tensors, inputs: [tf.zeros([1, 1, 1])] }).dataSync()[0]
    })
    // Single precision: 2^-23 relative, over a sum of seven.
    assert.ok(Math.abs(got - expected) < 1e-6 * expected, `${got} ${expected}`)
  }
  function softplus(z: number): number {
    return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
  }
})

native('Adam takes the steps of the one in tfjs', tf => {
  const start = [1, -2, 0.5]
  const gradient = (step: number) => tf.tensor1d([Math.sin(step), 0.001 * step, -3])
  const [own, theirs] = [1, 2].map(() => tf.tidy(() => tf.variable(tf.tensor1d(start))))
  const optimizer = adam(tf, [{ name: 'w', shape: [3], trainable: true, kernel: true, variable: own }])
  const peer = tf.train.adam(0.1, 0.9, 0.999, 1e-7)
  for (let step = 1; step <= 20; step++) {
    tf.tidy(() => {
      optimizer.step({ [own.name]: gradient(step) }, 0.1)
      peer.applyGradients([{ name: theirs.name, tensor: gradient(step) }])
    })
    // Steps of .1 in single precision; the peer rounds its bias corrections to single precision, too.
    assert.ok(furthest(own.dataSync(), theirs.dataSync()) < 2e-5 * step, `step ${step}`)
  }
  assert.is(optimizer.state().steps, 20)
  optimizer.dispose()
  peer.dispose()
  // Its dispose() forgets these two.
  const { accBeta1, accBeta2 } = peer as unknown as Record<string, Tensor>
  tf.dispose([own, theirs, accBeta1, accBeta2])
})

native('Adam moves weights together as it moves each alone, and remembers them by name', tf => {
  const shapes = [[3, 4, 5], [7], [300, 300], [1, 2]]
  const weightsFor = () =>
    shapes.map((shape, i) => {
      const variable = tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 1, 'float32', 1 + i)))
      return { name: `w${i}`, shape, trainable: true, kernel: true, variable }
    })
  const [together, alone] = [weightsFor(), weightsFor()]
  const whole = adam(tf, together)
  const single = alone.map(weight => adam(tf, [weight]))
  const gradient = (i: number, step: number) => tf.randomNormal(shapes[i], 0, 1, 'float32', 10 + 10 * step + i)
  for (let step = 0; step < 5; step++) {
    tf.tidy(() => {
      whole.step(Object.fromEntries(together.map(({ variable }, i) => [variable.name, gradient(i, step)])), 0.1)
      for (const [i, own] of single.entries()) own.step({ [alone[i].variable.name]: gradient(i, step) }, 0.1)
    })
  }
  const state = whole.state()
  assert.equal([...state.first.keys()], ['w0', 'w1', 'w2', 'w3'])
  for (const [i, { name, variable }] of together.entries()) {
    // Where a value stands decides whether a vector instruction or the rest of a row works on it: the last bit may differ.
    assert.ok(furthest(variable.dataSync(), alone[i].variable.dataSync()) < 1e-6, name)
    assert.ok(furthest(state.second.get(name)!, single[i].state().second.get(name)!) < 1e-6, name)
  }
  const other = adam(tf, together)
  other.restore(state)
  assert.equal(other.state(), state)
  for (const optimizer of [whole, other, ...single]) optimizer.dispose()
  tf.dispose([...together, ...alone].map(({ variable }) => variable))
})

native('the fused batch norm and ReLU give the gradients of plain tfjs', tf => {
  const gradients = (fused: boolean) => {
    const model = tinyNetwork(tf, 1)
    const undo = fused ? fuseBatchNorm(tf, model) : () => {}
    const relu = tf.getGradient('Relu')
    if (!fused) tf.registerGradient({ ...relu, inputsToSave: ['x'], outputsToSave: [], gradFunc: plainRelu })
    const variables = weightsOf(model)
      .filter(w => w.trainable)
      .map(w => w.variable)
    const values = tf.tidy(() => {
      const x = tf.tensor3d(batch.inputs, [24, 64, 2])
      const { grads } = tf.variableGrads(
        () => tf.mean(tf.square(model.apply(x, { training: true }) as Tensor)),
        variables,
      )
      return variables.map(variable => valuesOf(grads[variable.name]))
    })
    tf.registerGradient(relu)
    undo()
    const moved = [...readWeights(model)].filter(([name]) => name.includes('moving'))
    const inference = tf.tidy(() => valuesOf(model.apply(tf.ones([1, 64, 2])) as Tensor))
    model.dispose()
    return [...values, ...moved.map(([, x]) => x), inference]
  }
  function plainRelu(dy: Tensor | Tensor[], [x]: Tensor[]) {
    return { x: () => tf.mul(dy as Tensor, tf.step(x)) }
  }
  // Dropout has the same fixed seed in both, since nothing sets it here.
  const [reference, fused] = [gradients(false), gradients(true)]
  assert.is(fused.length, reference.length)
  for (const [i, expected] of reference.entries()) {
    // Sums over 24 × 32 values in another order.
    const size = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    assert.ok(
      furthest(fused[i], expected) <= 1e-5 * size + 1e-7,
      `weight ${i}: ${furthest(fused[i], expected)} of ${size}`,
    )
  }
})

native('the same seed drops the same units, the next batch others', tf => {
  const [a, b] = [trained(tf, { steps: 3 }), trained(tf, { steps: 3 })]
  assert.equal([...a.weights], [...b.weights])
  assert.equal(a.losses, b.losses)
  // At rate 0 only dropout tells one step from the next (batch norm uses the batch's own statistics).
  const { losses } = trained(tf, { steps: 3, rate: 0 })
  assert.is(new Set(losses).size, 3)
})

native('weight decay pulls kernels, and only kernels', tf => {
  const without = trained(tf).weights
  const decaying = trained(tf, { recipe: { ...plain, weightDecay: 10 } }).weights
  for (const [name, values] of without) {
    const changed = furthest(values, decaying.get(name)!) > 0
    assert.is(changed, name.endsWith('kernel'), name)
  }
})

native('gradients are clipped together, and only when they are long', tf => {
  const free = trained(tf, { steps: 2 }).weights
  const wide = trained(tf, { steps: 2, recipe: { ...plain, clipNorm: 1e6 } }).weights
  assert.equal([...wide], [...free])
  // Adam hides a constant factor on its gradients, except for epsilon: clipped to next to nothing, no step is left.
  const tight = trained(tf, { steps: 1, recipe: { ...plain, clipNorm: 1e-9 } }).weights
  const model = tinyNetwork(tf, 1)
  const initial = readWeights(model).get('logits/kernel')!
  model.dispose()
  assert.ok(furthest(tight.get('logits/kernel')!, initial) < 1e-4)
  assert.ok(furthest(free.get('logits/kernel')!, initial) > 1e-3)
})

native('masked weights are zero at once and stay zero', tf => {
  const mask = Uint8Array.from({ length: 5 * 2 * 8 }, (_, i) => i % 3 && 1)
  const { weights } = trained(tf, { steps: 3, hooks: { masks: new Map([['conv1/kernel', mask]]) } })
  const kernel = weights.get('conv1/kernel')!
  for (const [i, bit] of mask.entries()) assert.is(kernel[i] !== 0, bit === 1, `weight ${i}`)
})

native('a mask that fits no weight is refused', tf => {
  const model = tinyNetwork(tf, 1)
  const refused = (name: string, length: number, message: RegExp) =>
    assert.throws(
      () =>
        stepper(tf, model, plain, { terms: [binaryCrossEntropy], masks: new Map([[name, new Uint8Array(length)]]) }),
      message,
    )
  refused('conv9/kernel', 80, /conv9\/kernel: a mask for a weight that the model does not train/)
  refused('conv1/kernel', 79, /conv1\/kernel: the mask has another size than the weight \(got 79, expected 80\)/)
  model.dispose()
})

native('a teacher joins as a term', tf => {
  const seen: number[][] = []
  const answers: number[] = []
  const teacher = {
    name: 'teacher',
    weight: 0.5,
    value: (_: Tf, { inputs, logits }: Parameters<typeof binaryCrossEntropy.value>[1]) => {
      seen.push(inputs[0].shape, logits.shape)
      const value = tf.mean(tf.square(logits)).asScalar()
      answers.push(value.dataSync()[0])
      return value
    },
  }
  const hooks = (): Hooks => ({ terms: [{ ...binaryCrossEntropy, weight: 0 }, teacher] })
  const { losses } = trained(tf, { hooks })
  assert.equal(seen, [
    [24, 64, 2],
    [24, 3],
  ])
  assert.is(losses[0], 0.5 * answers[0])
})

test.run()
