"""Runs int8 and int16 .tflite files in TensorFlow Lite Micro, through the PyPI package tflite-micro, until stdin ends.

Requests, each a line and bytes: `model BYTES OUTPUTS INPUT…`, then the file (INPUT: bytes per row of each input, OUTPUTS: how many);
`push ROWS`, then rows of the last model (all inputs of the network one after another), as the next hops of its stream; `run ROWS`, the
same with each row from the start of a stream; `reset`, which begins a new stream; `time REPS`, then one row, whose answer has "runNs", the nanoseconds of each run.
Each answer is one line of JSON, {"bytes": n}, and n bytes: rows of all outputs; or {"bytes": 0, "refused": what TFLM says}.
"""
import json
import os
import select
import signal
import sys
import tempfile
import time

import numpy
from tflite_micro import runtime

# Memory that is never touched costs nothing, and TFLM dies of an arena that is far too small.
ARENA_BYTES = 1 << 29

# Says when nobody reads the answers any more: the one who asked is gone.
listener = select.poll()
listener.register(1, 0)


class Model:
    def __init__(self, file, outputs, sizes):
        self.file = file
        self.reset()
        self.outputs = outputs
        self.row_bytes = sum(sizes)
        self.ends = numpy.cumsum(sizes)
        self.details = [self.network.get_input_details(i) for i in range(len(sizes))]

    def reset(self):
        # A new interpreter: the old one's reset() forgets what CALL_ONCE wrote into variables.
        self.network = runtime.Interpreter.from_bytes(self.file, arena_size=ARENA_BYTES)

    def run(self, rows, anew):
        outputs = bytearray()
        for row in rows:
            if anew:
                self.reset()
            self.write(row)
            self.network.invoke()
            for i in range(self.outputs):
                outputs += self.network.get_output(i).tobytes()
            if listener.poll(0):
                sys.exit(1)
        return outputs

    def write(self, row):
        for i, (detail, part) in enumerate(zip(self.details, numpy.split(row, self.ends[:-1]))):
            self.network.set_input(part.view(detail['dtype']).reshape(detail['shape']), i)

    def time(self, row, reps):
        run_ns = []
        for _ in range(reps):
            self.write(row)
            began = time.perf_counter_ns()
            self.network.invoke()
            run_ns.append(time.perf_counter_ns() - began)
        return run_ns


def refusal(error, remarks):
    """One line: what TFLM wrote to stderr, which names the operator, then the exception, which often names nothing."""
    lines = [line.strip() for line in [*remarks.splitlines(), str(error)]]
    return '; '.join(dict.fromkeys(line for line in lines if line))


def attempt(work):
    """Returns the result of work and None, or None and what TFLM says of the file: any exception is an answer."""
    # TFLM speaks C++: its remarks go past Python's sys.stderr.
    with tempfile.TemporaryFile() as remarks:
        stderr = os.dup(2)
        os.dup2(remarks.fileno(), 2)
        try:
            return work(), None
        except Exception as error:
            remarks.seek(0)
            return None, refusal(error, remarks.read().decode(errors='replace'))
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def answer(refused, content=b'', **more):
    head = {'bytes': len(content), **more} if refused is None else {'bytes': 0, 'refused': refused}
    sys.stdout.buffer.write(json.dumps(head).encode() + b'\n' + content)
    sys.stdout.buffer.flush()


def main():
    # Ends without a word when it is stopped or when nobody listens any more.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    model = None
    while line := sys.stdin.buffer.readline():
        word, *numbers = line.split()
        numbers = [int(n) for n in numbers]
        if word == b'model':
            length, outputs, *sizes = numbers
            file = sys.stdin.buffer.read(length)
            model = None
            model, refused = attempt(lambda: Model(file, outputs, sizes))
            answer(refused)
        elif word == b'time':
            row = numpy.frombuffer(sys.stdin.buffer.read(model.row_bytes), numpy.int8)
            run_ns, refused = attempt(lambda: model.time(row, numbers[0]))
            answer(refused, runNs=run_ns)
        elif word == b'reset':
            _, refused = attempt(model.reset)
            answer(refused)
        else:
            rows = sys.stdin.buffer.read(numbers[0] * model.row_bytes)
            rows = numpy.frombuffer(rows, numpy.int8).reshape(numbers[0], model.row_bytes)
            outputs, refused = attempt(lambda: model.run(rows, word == b'run'))
            answer(refused, outputs or b'')


main()
