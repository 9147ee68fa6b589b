"""Writes small float models of other frameworks, with rows to calibrate them, into the folder that is named."""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = '-1'

import numpy

rng = numpy.random.default_rng(1)
folder, family = sys.argv[1:]
os.chdir(folder)


def rows(name, *shape):
    numpy.save(f'{name}.npy', rng.normal(size=(24, *shape)).astype(numpy.float32))


def write_keras():
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    keras.Sequential([
        keras.Input((64, 3)),
        layers.Conv1D(8, 5, padding='same'),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling1D(2),
        layers.Conv1D(16, 3, activation='relu'),
        layers.GlobalAveragePooling1D(),
        layers.Dense(4, activation='softmax'),
    ]).save('convolutions.keras')
    rows('convolutions', 64, 3)
    keras.Sequential([
        keras.Input((16, 16, 2)),
        layers.Conv2D(8, 3, strides=2, padding='same', activation='relu'),
        layers.DepthwiseConv2D(3, padding='same'),
        layers.BatchNormalization(),
        layers.ReLU(6.0),
        layers.Conv2D(12, 1, activation='relu'),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(3),
    ]).save('depthwise.h5')
    rows('depthwise', 16, 16, 2)
    # Names whose order is not that of the inputs.
    ecg, age = keras.Input((32, 4), name='z-ecg'), keras.Input((1,), name='age')
    x = layers.Conv1D(4, 3, padding='same')(layers.Conv1D(4, 3, padding='same', activation='relu')(ecg))
    x = layers.Flatten()(layers.ReLU()(layers.Add()([ecg, x])))
    x = layers.Dense(16, activation='tanh')(layers.Concatenate()([x, age]))
    keras.Model([ecg, age], layers.Dense(2, activation='sigmoid')(x)).export('residual', verbose=False)
    rows('residual-age', 1)
    rows('residual-ecg', 32, 4)
    keras.Sequential([keras.Input((32, 4)), layers.LSTM(5), layers.Dense(2)]).save('loop.keras')
    rows('loop', 32, 4)


def write_onnx():
    import onnx
    from onnx import helper

    def weights(name, *shape):
        scale = numpy.sqrt(max(1, numpy.prod(shape[1:])))
        return onnx.numpy_helper.from_array((rng.normal(size=shape) / scale).astype(numpy.float32), name)

    def save(name, nodes, constants, inputs, output):
        infos = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, shape) for n, shape in [*inputs.items(), output]]
        graph = helper.make_graph(nodes, name, infos[:-1], infos[-1:], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, f'{name}.onnx')

    node = helper.make_node
    # As PyTorch exports it: channels first, the batch open.
    save('convolutions', [
        node('Conv', ['ecg', 'w1', 'b1'], ['a'], kernel_shape=[5], pads=[2, 2]),
        node('Relu', ['a'], ['b']),
        node('MaxPool', ['b'], ['c'], kernel_shape=[2], strides=[2]),
        node('Conv', ['c', 'w2', 'b2'], ['d'], kernel_shape=[3]),
        node('Relu', ['d'], ['e']),
        node('GlobalAveragePool', ['e'], ['f']),
        node('Flatten', ['f'], ['g']),
        node('Gemm', ['g', 'w3', 'b3'], ['logits'], transB=1),
    ], [
        *(weights('w1', 8, 3, 5), weights('b1', 8), weights('w2', 16, 8, 3), weights('b2', 16)),
        *(weights('w3', 4, 16), weights('b3', 4)),
    ], {'ecg': ['batch', 3, 64]}, ('logits', ['batch', 4]))
    rows('convolutions', 3, 64)
    save('depthwise', [
        node('Conv', ['ecg', 'w1', 'b1'], ['a'], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        node('Relu', ['a'], ['b']),
        node('Conv', ['b', 'w2', 'b2'], ['c'], kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=8),
        node('Relu', ['c'], ['d']),
        node('AveragePool', ['d'], ['e'], kernel_shape=[2, 2], strides=[2, 2]),
        node('Flatten', ['e'], ['f']),
        node('Gemm', ['f', 'w3', 'b3'], ['logits'], transB=1),
    ], [
        *(weights('w1', 8, 2, 3, 3), weights('b1', 8), weights('w2', 8, 1, 3, 3), weights('b2', 8)),
        *(weights('w3', 3, 128), weights('b3', 3)),
    ], {'ecg': [1, 2, 16, 16]}, ('logits', [1, 3]))
    rows('depthwise', 2, 16, 16)
    save('residual', [
        node('Conv', ['ecg', 'w1', 'b1'], ['a'], kernel_shape=[3], pads=[1, 1]),
        node('Relu', ['a'], ['b']),
        node('Conv', ['b', 'w2', 'b2'], ['c'], kernel_shape=[3], pads=[1, 1]),
        node('Add', ['c', 'ecg'], ['d']),
        node('Relu', ['d'], ['e']),
        node('Flatten', ['e'], ['f']),
        node('Gemm', ['f', 'w3', 'b3'], ['g'], transB=1),
        node('Tanh', ['g'], ['h']),
        node('Gemm', ['h', 'w4', 'b4'], ['i'], transB=1),
        node('Sigmoid', ['i'], ['probabilities']),
    ], [
        *(weights('w1', 4, 4, 3), weights('b1', 4), weights('w2', 4, 4, 3), weights('b2', 4)),
        *(weights('w3', 16, 128), weights('b3', 16), weights('w4', 2, 16), weights('b4', 2)),
    ], {'ecg': [1, 4, 32]}, ('probabilities', [1, 2]))
    rows('residual', 4, 32)


{'keras': write_keras, 'onnx': write_onnx}[family]()
