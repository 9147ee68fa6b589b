"""Reads cases as JSON on stdin and writes what scikit-learn says about each: the truth for test/metrics/scikit-learn.test.ts."""
import json
import sys

import numpy as np
from sklearn import metrics


def answer(case):
    targets = np.array(case["targets"])
    scores = np.array(case["scores"])
    decisions = np.array(case["decisions"])
    columns = range(targets.shape[1])
    precision, recall, _, support = metrics.precision_recall_fscore_support(targets, decisions, zero_division=0)
    curves = [metrics.roc_curve(targets[:, j], scores[:, j], drop_intermediate=False) for j in columns]
    return {
        "auc": [metrics.roc_auc_score(targets[:, j], scores[:, j]) for j in columns],
        "macroAuc": metrics.roc_auc_score(targets, scores, average="macro"),
        "averagePrecision": [metrics.average_precision_score(targets[:, j], scores[:, j]) for j in columns],
        "falsePositiveRate": [c[0].tolist() for c in curves],
        "truePositiveRate": [c[1].tolist() for c in curves],
        "accuracy": 1 - metrics.hamming_loss(targets, decisions),
        "exactMatch": metrics.accuracy_score(targets, decisions),
        "macroF1": metrics.f1_score(targets, decisions, average="macro", zero_division=np.nan),
        "microF1": metrics.f1_score(targets, decisions, average="micro"),
        "weightedF1": metrics.f1_score(targets, decisions, average="weighted", zero_division=np.nan),
        "balancedAccuracy": np.mean([metrics.balanced_accuracy_score(targets[:, j], decisions[:, j]) for j in columns]),
        "f1": metrics.f1_score(targets, decisions, average=None, zero_division=0).tolist(),
        "precision": precision.tolist(),
        "sensitivity": recall.tolist(),
        "support": support.tolist(),
        "specificity": [metrics.recall_score(targets[:, j], decisions[:, j], pos_label=0) for j in columns],
    }


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
