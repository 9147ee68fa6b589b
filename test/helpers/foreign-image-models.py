"""Writes small vision networks of Keras, with rows to calibrate them, into the folder that is named."""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = '-1'

import keras
import numpy
from keras import layers

os.chdir(sys.argv[1])
keras.utils.set_random_seed(1)
rng = numpy.random.default_rng(1)
SIZE, WIDTH, HEADS = 16, 16, 2


def save(name, image, outputs):
    keras.Model(image, outputs).export(name, verbose=False)
    numpy.save(f'{name}.npy', rng.normal(size=(24, SIZE, SIZE, 1)).astype(numpy.float32))


def image_input():
    return keras.Input((SIZE, SIZE, 1), batch_size=1)


class Tokens(layers.Layer):
    """Learned tokens before those of the patches, and positions."""

    def __init__(self, count, **rest):
        super().__init__(**rest)
        self.count = count

    def build(self, shape):
        self.tokens = self.add_weight(shape=(1, self.count, shape[-1]), initializer='glorot_uniform')
        self.positions = self.add_weight(shape=(1, self.count + shape[1], shape[-1]), initializer='glorot_uniform')

    def call(self, patches):
        return keras.ops.concatenate([self.tokens, patches], axis=1) + self.positions


class LayerScale(layers.Layer):
    """One factor for each channel."""

    def build(self, shape):
        self.factors = self.add_weight(shape=(shape[-1],), initializer=keras.initializers.Constant(0.5))

    def call(self, x):
        return x * self.factors


def encoder(x):
    normal = layers.LayerNormalization(epsilon=1e-6)(x)
    x = x + layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(normal, normal)
    hidden = layers.Dense(2 * WIDTH, activation='gelu')(layers.LayerNormalization(epsilon=1e-6)(x))
    return x + layers.Dense(WIDTH)(hidden)


def encoded(image, tokens):
    x = layers.Conv2D(WIDTH, 4, strides=4)(image)
    x = layers.Reshape((-1, WIDTH))(x)
    x = Tokens(tokens)(x)
    for _ in range(2):
        x = encoder(x)
    return layers.LayerNormalization(epsilon=1e-6)(x)


def vit():
    image = image_input()
    save('vit', image, layers.Dense(5)(encoded(image, 1)[:, 0]))


def deit():
    image = image_input()
    x = encoded(image, 2)
    save('deit', image, layers.Average()([layers.Dense(5)(x[:, 0]), layers.Dense(5)(x[:, 1])]))


def efficientnet_v2():
    def norm(x, activation='silu'):
        return layers.Activation(activation)(layers.BatchNormalization()(x))

    def squeeze_and_excite(x, channels):
        gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
        gate = layers.Conv2D(channels, 1, activation='sigmoid')(layers.Conv2D(4, 1, activation='silu')(gate))
        return layers.Multiply()([x, gate])

    image = image_input()
    x = norm(layers.Conv2D(8, 3, strides=2, padding='same', use_bias=False)(image))
    # Fused: one convolution expands and filters.
    wide = norm(layers.Conv2D(16, 3, padding='same', use_bias=False)(x))
    x = x + norm(layers.Conv2D(8, 1, use_bias=False)(wide), 'linear')
    wide = norm(layers.Conv2D(24, 1, use_bias=False)(x))
    wide = norm(layers.DepthwiseConv2D(3, strides=2, padding='same', use_bias=False)(wide))
    x = norm(layers.Conv2D(12, 1, use_bias=False)(squeeze_and_excite(wide, 24)), 'linear')
    x = layers.GlobalAveragePooling2D()(norm(layers.Conv2D(24, 1, use_bias=False)(x)))
    save('efficientnet-v2', image, layers.Dense(5)(x))


def convnext():
    def block(x, width):
        inner = layers.LayerNormalization(epsilon=1e-6)(layers.DepthwiseConv2D(7, padding='same')(x))
        inner = layers.Dense(width)(layers.Dense(2 * width, activation='gelu')(inner))
        return x + LayerScale()(inner)

    image = image_input()
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Conv2D(12, 2, strides=2)(image))
    x = block(x, 12)
    x = layers.Conv2D(16, 2, strides=2)(layers.LayerNormalization(epsilon=1e-6)(x))
    x = layers.GlobalAveragePooling2D()(block(x, 16))
    save('convnext', image, layers.Dense(5)(layers.LayerNormalization(epsilon=1e-6)(x)))


for write in vit, deit, efficientnet_v2, convnext:
    write()
