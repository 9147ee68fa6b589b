import type { Tensor } from '@tensorflow/tfjs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { valuesOf, weightsOf } from '../../src-ts/train/model-weights.ts'
import { shortenGradients } from '../../src-ts/train/short-gradients.ts'
import { apply } from '../helpers/exported-model.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('short gradients')
const native = withTfjs('short gradients', test)

native('layer norm and convolutions of a plane get the gradients of plain tfjs', tf => {
  const { layers, initializers } = tf
  const kernelInitializer = initializers.heNormal({ seed: 1 })
  const image = tf.input({ shape: [6, 5, 2] })
  let x = apply(
    layers.conv2d({ filters: 7, kernelSize: 3, strides: [2, 1], padding: 'same', kernelInitializer }),
    image,
  )
  x = apply(layers.layerNormalization({ epsilon: 1e-6 }), x)
  x = apply(layers.conv2d({ filters: 3, kernelSize: 1, useBias: false, kernelInitializer }), x)
  const model = tf.model({ inputs: image, outputs: x })
  const input = tf.randomNormal([4, 6, 5, 2], 0, 1, 'float32', 2)
  const variables = weightsOf(model).map(({ variable }) => variable)
  const gradients = () =>
    tf.tidy(() => {
      const loss = () => (model.apply(input, { training: true }) as Tensor).square().mean().asScalar()
      const { value, grads } = tf.variableGrads(loss, variables)
      return [valuesOf(value), ...variables.map(({ name }) => valuesOf(grads[name]))]
    })
  const plain = gradients()
  const undo = shortenGradients(tf, model)
  const short = gradients()
  undo()
  assert.equal(gradients(), plain)
  // Single precision: sums of up to 360 terms, in another order.
  for (const [i, values] of plain.entries())
    for (const [j, value] of values.entries())
      assert.ok(Math.abs(short[i][j] - value) < 1e-4 * Math.max(1, Math.abs(value)), `${short[i][j]}, ${value}`)
  tf.dispose(input)
  model.dispose()
})

test.run()
