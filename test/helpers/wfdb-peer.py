"""Reads WFDB records with the PyPI package wfdb: the truth that the reader in src-ts/ecg is compared with.

Standard input: one record path (without extension) a line. Standard output, little-endian, per record and signal:
int32 number of samples, the samples as int32, the physical values as float64.
"""
import sys

import numpy as np
import wfdb

# It narrows the type of the arrays, which the answer does not depend on, and fails on the big-endian ones of format 61.
wfdb.Record.convert_dtype = lambda *_: None

out = sys.stdout.buffer
for path in sys.stdin.read().split("\n"):
    if not path:
        continue
    digital = wfdb.rdrecord(path, physical=False, smooth_frames=False)
    physical = wfdb.rdrecord(path, physical=True, smooth_frames=False)
    for samples, values in zip(digital.e_d_signal, physical.e_p_signal):
        out.write(np.int32(len(samples)).tobytes())
        out.write(np.asarray(samples, dtype="<i4").tobytes())
        out.write(np.asarray(values, dtype="<f8").tobytes())
