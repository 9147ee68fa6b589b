"""Runs .tflite files in LiteRT's own kernels, without a delegate. stdin: JSON, a list of {tflite, input}, both base64; stdout: a list of outputs."""

import base64
import json
import sys

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def run(job):
    interpreter = Interpreter(
        model_content=base64.b64decode(job["tflite"]),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    [port] = interpreter.get_input_details()
    values = numpy.frombuffer(base64.b64decode(job["input"]), port["dtype"])
    interpreter.set_tensor(port["index"], values.reshape(port["shape"]))
    interpreter.invoke()
    [port] = interpreter.get_output_details()
    return base64.b64encode(interpreter.get_tensor(port["index"]).tobytes()).decode()


print(json.dumps([run(job) for job in json.load(sys.stdin)]))
