"""Runs int8 and int16 .tflite files in TensorFlow Lite Micro, through the PyPI package tflite-micro.

usage: tflite-micro.py FOLDER
FOLDER holds for each job NAME.tflite, NAME.in with rows of bytes (all inputs of the network one after another), and
NAME.json: { "inputs": bytes per row of each input, "outputs": how many, "rows": how many }.
Writes NAME.out in the same way, or NAME.err with one line when TFLM refuses the file.
"""
import json
import os
import pathlib
import sys
import tempfile

import numpy
from tflite_micro import runtime

# Memory that is never touched costs nothing, and TFLM dies of an arena that is far too small.
ARENA_BYTES = 1 << 29


def run(path):
    job = json.loads(path.with_suffix('.json').read_text())
    rows = numpy.fromfile(path.with_suffix('.in'), numpy.int8).reshape(job['rows'], sum(job['inputs']))
    network = runtime.Interpreter.from_bytes(path.read_bytes(), arena_size=ARENA_BYTES)
    ends = numpy.cumsum(job['inputs'])
    details = [network.get_input_details(i) for i in range(len(ends))]
    outputs = bytearray()
    for row in rows:
        for i, (detail, part) in enumerate(zip(details, numpy.split(row, ends[:-1]))):
            network.set_input(part.view(detail['dtype']).reshape(detail['shape']), i)
        network.invoke()
        for i in range(job['outputs']):
            outputs += network.get_output(i).tobytes()
    path.with_suffix('.out').write_bytes(outputs)


def refusal(error, remarks):
    """One line: what TFLM wrote to stderr, which names the operator, then the exception, which often names nothing."""
    lines = [line.strip() for line in [*remarks.splitlines(), str(error)]]
    return '; '.join(dict.fromkeys(line for line in lines if line))


for path in sorted(pathlib.Path(sys.argv[1]).glob('*.tflite')):
    # TFLM speaks C++: its remarks go past Python's sys.stderr.
    with tempfile.TemporaryFile() as remarks:
        stderr = os.dup(2)
        os.dup2(remarks.fileno(), 2)
        try:
            run(path)
        except Exception as error:  # whatever TFLM says of a file is an answer
            remarks.seek(0)
            path.with_suffix('.err').write_text(refusal(error, remarks.read().decode(errors='replace')))
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
