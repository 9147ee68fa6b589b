"""Reads [folder of annotations, record, annotated record] from the command line and prints what wfdb makes of the beats: [TP, FN, FP], and the symbols."""

import json
import sys

import numpy as np
from wfdb import rdann
from wfdb.processing import compare_annotations

BEATS = set("NLRBAaJSVrFejnE/fQ?")
mine, record, reference = sys.argv[1:]
beats = lambda annotation: np.array([s for s, symbol in zip(annotation.sample, annotation.symbol) if symbol in BEATS])
found = rdann(f"{mine}/{record}", "hol")
result = compare_annotations(beats(rdann(reference, "atr")), beats(found), 55)
print(json.dumps({"counts": [int(result.tp), int(result.fn), int(result.fp)], "symbols": sorted(set(found.symbol))}))
