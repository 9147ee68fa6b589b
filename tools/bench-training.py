"""Trains in Keras what tools/bench-training.ts describes: one JSON line in, one out. The first names the network, each later one asks for a round."""

import json
import sys
import time

import keras
import numpy as np
import tensorflow as tf

KEPT = {
    "Conv1D": ["filters", "kernel_size", "strides", "padding", "use_bias", "activation"],
    "BatchNormalization": ["momentum", "epsilon"],
    "ReLU": [],
    "Activation": ["activation"],
    "MaxPooling1D": ["pool_size", "strides", "padding"],
    "GlobalAveragePooling1D": [],
    "Concatenate": ["axis"],
    "Add": [],
    "Flatten": [],
    "Dropout": ["rate"],
    "Dense": ["units", "use_bias", "activation"],
}


def build(shape, layers):
    tensors = {layers[0]["name"]: keras.Input(shape)}
    for layer in layers[1:]:
        kind = layer["kind"]
        if kind not in KEPT:
            sys.exit(f"no such layer in tools/bench-training.py: {kind}")
        config = {key: layer["config"][key] for key in KEPT[kind] if layer["config"].get(key) is not None}
        inputs = [tensors[name] for name in layer["inputs"]]
        made = getattr(keras.layers, kind)(**config)
        tensors[layer["name"]] = made(inputs if len(inputs) > 1 else inputs[0])
    return keras.Model(tensors[layers[0]["name"]], tensors[layers[-1]["name"]])


task = json.loads(sys.stdin.readline())
tf.config.threading.set_intra_op_parallelism_threads(task["threads"])
tf.config.threading.set_inter_op_parallelism_threads(task["threads"])
model = build(task["shape"], task["layers"])
model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=task["jit"])
random = np.random.default_rng(1)
records = task["batch"] * task["steps"]
x = random.standard_normal([records, *task["shape"]], dtype=np.float32)
y = random.integers(0, 2, [records, task["labels"]]).astype(np.float32)
fit = lambda: model.fit(x, y, batch_size=task["batch"], epochs=1, verbose=0)
fit()
print(json.dumps({"parameters": model.count_params(), "version": tf.__version__}), flush=True)
for _ in sys.stdin:
    wall, processor = time.perf_counter(), time.process_time()
    fit()
    print(json.dumps({"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}), flush=True)
