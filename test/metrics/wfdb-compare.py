"""Reads [reference, detected] sample numbers as JSON on stdin and prints the [TP, FN, FP] that wfdb makes of each pair.

wfdb matches what is less than its window apart, EC57 what is at most 54 samples (150 ms) apart, hence 55.
"""

import json
import sys

import numpy as np
from wfdb.processing import compare_annotations


def counts(reference, detected):
    result = compare_annotations(np.array(reference), np.array(detected), 55)
    return [int(result.tp), int(result.fn), int(result.fp)]


print(json.dumps([counts(*pair) for pair in json.load(sys.stdin)]))
