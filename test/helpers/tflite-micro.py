"""Runs .tflite files through the PyPI package tflite-micro, the outside truth of integer arithmetic.

usage: tflite-micro.py FOLDER
FOLDER holds for each job N.tflite, and N.json with { "inputs": bytes per row of each input, "outputs": count, "rows": count },
and N.in with the rows, inputs one after another. Writes N.out in the same way, or N.err with one line when TFLM refuses the file.
"""
import json
import pathlib
import sys

import numpy
from tflite_micro import runtime

ARENA_BYTES = 1 << 22


def run(path):
    job = json.loads(path.with_suffix('.json').read_text())
    data = numpy.fromfile(path.with_suffix('.in'), numpy.int8).reshape(job['rows'], -1)
    network = runtime.Interpreter.from_bytes(path.read_bytes(), arena_size=ARENA_BYTES)
    starts = numpy.cumsum([0] + job['inputs'])
    with open(path.with_suffix('.out'), 'wb') as out:
        for row in data:
            for i, start in enumerate(starts[:-1]):
                shape = network.get_input_details(i)['shape']
                network.set_input(row[start:starts[i + 1]].reshape(shape), i)
            network.invoke()
            for i in range(job['outputs']):
                out.write(network.get_output(i).tobytes())


for path in sorted(pathlib.Path(sys.argv[1]).glob('*.tflite')):
    try:
        run(path)
    except Exception as error:  # whatever TFLM says of a file is an answer
        path.with_suffix('.err').write_text(str(error).replace('\n', ' '))
