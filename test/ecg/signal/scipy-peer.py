"""Reads {signal, filters, rates} as JSON on stdin and prints what scipy makes of them: the truth of scipy-peer.test.ts."""

import json
import sys

import numpy as np
from scipy import ndimage, signal


def sections(design, rate):
    kind, *numbers = design
    if kind == "notch":
        return signal.tf2sos(*signal.iirnotch(*numbers, fs=rate))
    order, cutoff = numbers
    return signal.butter(order, cutoff, {"lowPass": "low", "highPass": "high"}[kind], fs=rate, output="sos")


def filtered(case, x):
    sos = np.vstack([sections(design, case["rate"]) for design in case["designs"]])
    _, h = signal.freqz_sos(sos, worN=case["frequencies"], fs=case["rate"])
    zi = signal.sosfilt_zi(sos) * x[0]
    return {
        "gain": np.abs(h).tolist(),
        "phase": np.angle(h).tolist(),
        "causal": signal.sosfilt(sos, x, zi=zi)[0].tolist(),
        "zeroPhase": signal.sosfiltfilt(sos, x).tolist(),
    }


asked = json.load(sys.stdin)
x = np.array(asked["signal"])
median = lambda values, width: ndimage.median_filter(values, size=width, mode="nearest")
print(
    json.dumps(
        {
            "filters": [filtered(case, x) for case in asked["filters"]],
            "resampled": [signal.resample_poly(x, up, down, padtype="median").tolist() for up, down in asked["rates"]],
            "medians": [median(x, width).tolist() for width in asked["widths"]],
        }
    )
)
