"""Converts a Keras model, a SavedModel or an ONNX file to an int8 .tflite file by TensorFlow's converter.

`converter.py KIND MODEL OUT ROWS.npy…`: KIND is keras, saved-model or onnx; each .npy holds rows of one input, in the order of the model's
inputs and in its own layout, on which the ranges are calibrated. Prints one line of JSON: what the inputs are called, their shapes before and
after, and how far the int8 outputs are from those of the model; or {"refused": why}. Libraries leave files in the current folder.
"""
import json
import os
import subprocess
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = '-1'

# Libraries write to stdout what nobody asked for: the answer alone goes there.
answer = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)

import numpy
import tensorflow as tf

# Rows on which the int8 outputs are compared with the model's own.
COMPARED_ROWS = 32


class Refused(Exception):
    """The model or the rows cannot be used; the message is for the user."""


class Network:
    """A float model: `open(rows)` returns a function of a batch of one in the .tflite file's layout; `original` is one of the user's."""

    def __init__(self, names, shapes, open, original, channels_last=False):
        self.names = names
        self.shapes = shapes
        self.open = open
        self.original = original
        self.channels_last = channels_last

    def layout(self, rows):
        moved = self.channels_last and rows.ndim > 2
        return numpy.ascontiguousarray(numpy.moveaxis(rows, 1, -1)) if moved else rows


def keras_network(path):
    import keras

    model = keras.models.load_model(path, compile=False)
    names = [x.name for x in model.inputs]
    shapes = [list(x.shape) for x in model.inputs]
    call = lambda *x: model(x[0] if len(x) == 1 else list(x), training=False)
    return Network(names, shapes, lambda rows: call, call)


def saved_network(path):
    loaded = tf.saved_model.load(path)
    signatures = dict(loaded.signatures)
    signature = signatures.get('serving_default') or next(iter(signatures.values()), None)
    if signature is None:
        raise Refused('the SavedModel has no signature; save it with model.export(DIR) or tf.saved_model.save(…, signatures=…)')
    specs = signature.structured_input_signature[1]
    names = sorted(specs)
    # The variables live as long as what was loaded.
    call = lambda *x, keep=loaded: signature(**dict(zip(names, x)))
    shapes = [None if specs[name].shape.rank is None else specs[name].shape.as_list() for name in names]
    return Network(names, shapes, lambda rows: call, call)


def onnx_network(path):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    names = [x.name for x in session.get_inputs()]
    shapes = [[n if isinstance(n, int) else None for n in x.shape] for x in session.get_inputs()]
    original = lambda *x: session.run(None, dict(zip(names, [numpy.asarray(v) for v in x])))
    return Network(names, shapes, lambda rows: onnx_call(path, names, rows), original, channels_last=True)


def simplified(path, names, rows):
    """The path of the same network with fixed shapes and without what computes them; `path` where onnxsim cannot make it."""
    shapes = [f'{name}:{",".join(map(str, [1, *x.shape[1:]]))}' for name, x in zip(names, rows)]
    # In a process of its own: beside TensorFlow its library crashes.
    made = subprocess.run([sys.executable, '-m', 'onnxsim', path, 'simplified.onnx', '--overwrite-input-shape', *shapes])
    return 'simplified.onnx' if made.returncode == 0 else path


def onnx_call(path, names, rows):
    import onnx2tf

    onnx2tf.convert(
        input_onnx_file_path=simplified(path, names, rows),
        output_folder_path='onnx2tf',
        batch_size=1,
        not_use_onnxsim=True,
        output_signaturedefs=True,
        non_verbose=True,
        verbosity='error',
    )
    converted = saved_network('onnx2tf')
    # SavedModels name their inputs as Python would, and have them in the order of these names.
    plain = lambda name: ''.join(c if c.isalnum() else '_' for c in name)
    places = [[plain(name) for name in names].index(plain(name)) for name in converted.names]
    return lambda *x: converted.open(rows)(*[x[place] for place in places])


def checked_rows(network, paths):
    expected = '; '.join(f'{name} {shape}' for name, shape in zip(network.names, network.shapes))
    if len(paths) != len(network.names):
        raise Refused(f'the model has {len(network.names)} inputs ({expected}), and {len(paths)} arrays calibrate it; give one --calibrate for each')
    arrays = [numpy.load(path) for path in paths]
    for path, rows, name, shape in zip(paths, arrays, network.names, network.shapes):
        fits = shape is None or (rows.ndim == len(shape) and all(n in (None, m) for n, m in zip(shape[1:], rows.shape[1:])))
        if not fits:
            wanted = ', '.join(['n', *('any' if n is None else str(n) for n in shape[1:])])
            raise Refused(f'{path} has the shape {rows.shape}, but input {name} takes ({wanted})')
        if rows.shape[0] != arrays[0].shape[0] or rows.shape[0] == 0:
            raise Refused(f'{path} holds {rows.shape[0]} rows; every array needs the same number, at least 1')
        if not numpy.isfinite(rows).all():
            raise Refused(f'{path} holds values that are not finite numbers')
    return [rows.astype(numpy.float32) for rows in arrays]


def to_int8(call, rows):
    """The bytes of the .tflite file. A batch of one, so that all shapes are known."""
    specs = [tf.TensorSpec([1, *x.shape[1:]], tf.float32, name=f'input_{i}') for i, x in enumerate(rows)]
    function = tf.function(lambda *x: call(*x), input_signature=specs)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()], function)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([x[i : i + 1] for x in rows] for i in range(len(rows[0])))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    return converter.convert()


def compared(network, file, original, rows):
    """How far the file's outputs are from the model's: signal to noise in dB and the largest difference, of each output."""
    interpreter = tf.lite.Interpreter(
        model_content=file, experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    inputs, outputs = ordered(interpreter.get_input_details()), interpreter.get_output_details()
    pairs = [([], []) for _ in outputs]
    for i in range(min(COMPARED_ROWS, len(rows[0]))):
        for detail, x in zip(inputs, rows):
            scale, zero = detail['quantization']
            steps = numpy.round(x[i : i + 1] / scale) + zero
            interpreter.set_tensor(detail['index'], numpy.clip(steps, -128, 127).astype(numpy.int8))
        interpreter.invoke()
        real = tf.nest.flatten(network.original(*[tf.constant(x[i : i + 1]) for x in original]))
        for (wanted, got), value, detail in zip(pairs, real, outputs):
            scale, zero = detail['quantization']
            value = numpy.asarray(value)
            result = (interpreter.get_tensor(detail['index']).astype(numpy.float32) - zero) * scale
            wanted.append(value if value.shape == result.shape else network.layout(value))
            got.append(result)
    return [differences(numpy.array(wanted), numpy.array(got)) for wanted, got in pairs]


def ordered(details):
    """Inputs in the order of the network's: the converter sorts them as it likes, and keeps our numbers in their names."""
    return sorted(details, key=lambda detail: int(detail['name'].rsplit('input_', 1)[1].split(':')[0]))


def differences(wanted, got):
    if wanted.shape != got.shape:
        raise Refused(f'the converted network has outputs of shape {list(got.shape[1:])}, the model of {list(wanted.shape[1:])}')
    noise = numpy.square(wanted - got).sum()
    decibels = 10 * numpy.log10(numpy.square(wanted).sum() / noise) if noise else None
    return {'signalToNoiseDb': decibels and float(decibels), 'largest': float(numpy.abs(wanted - got).max())}


def convert(kind, path, out, calibration):
    network = {'keras': keras_network, 'saved-model': saved_network, 'onnx': onnx_network}[kind](path)
    original = checked_rows(network, calibration)
    rows = [network.layout(x) for x in original]
    file = to_int8(network.open(original), rows)
    inputs = [
        {'name': name, 'shape': [1, *before.shape[1:]], 'tfliteShape': [1, *after.shape[1:]]}
        for name, before, after in zip(network.names, original, rows)
    ]
    outputs = compared(network, file, original, rows)
    with open(out, 'wb') as target:
        target.write(file)
    return {'inputs': inputs, 'outputs': outputs, 'rows': len(rows[0])}


def main():
    kind, path, out, *calibration = sys.argv[1:]
    try:
        said = convert(kind, path, out, calibration)
    except Refused as reason:
        said = {'refused': str(reason)}
    except BaseException as error:  # onnx2tf ends the program where it cannot go on
        said = {'refused': f'{type(error).__name__}: {error}'}
    print(json.dumps(said), file=answer, flush=True)


main()
