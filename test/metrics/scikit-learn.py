"""Reads cases as JSON on stdin and writes what scikit-learn says about each: the truth for test/metrics/scikit-learn.test.ts."""
import json
import sys

import numpy as np
from sklearn import metrics


def answer(case):
    targets = np.array(case["targets"])
    logits = np.array(case["logits"])
    decisions = np.array(case["decisions"])
    single = case["single"]
    columns = range(targets.shape[1])
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True) if single else 1 / (1 + np.exp(-logits))
    # Probabilities that are equal on paper differ in the last digits, by the order in which they were summed.
    scores = np.round(probabilities, 12) if single else logits
    truth, called = (targets.argmax(axis=1), decisions.argmax(axis=1)) if single else (targets, decisions)
    classes = {"labels": list(columns)}
    precision, recall, _, support = metrics.precision_recall_fscore_support(truth, called, zero_division=0, **classes)
    curves = [metrics.roc_curve(targets[:, j], scores[:, j], drop_intermediate=False) for j in columns]
    return {
        "auc": [metrics.roc_auc_score(targets[:, j], scores[:, j]) for j in columns],
        "macroAuc": metrics.roc_auc_score(truth, scores, average="macro", multi_class="ovr"),
        "averagePrecision": [metrics.average_precision_score(targets[:, j], scores[:, j]) for j in columns],
        "falsePositiveRate": [c[0].tolist() for c in curves],
        "truePositiveRate": [c[1].tolist() for c in curves],
        "accuracy": metrics.accuracy_score(truth, called) if single else 1 - metrics.hamming_loss(truth, called),
        "exactMatch": metrics.accuracy_score(truth, called),
        "macroF1": metrics.f1_score(truth, called, average="macro", zero_division=np.nan, **classes),
        "microF1": metrics.f1_score(truth, called, average="micro", **classes),
        "weightedF1": metrics.f1_score(truth, called, average="weighted", zero_division=np.nan, **classes),
        "balancedAccuracy": metrics.balanced_accuracy_score(truth, called)
        if single
        else np.mean([metrics.balanced_accuracy_score(truth[:, j], called[:, j]) for j in columns]),
        "matrix": metrics.confusion_matrix(truth, called, **classes).tolist() if single else [],
        "f1": metrics.f1_score(truth, called, average=None, zero_division=0, **classes).tolist(),
        "precision": precision.tolist(),
        "sensitivity": recall.tolist(),
        "support": support.tolist(),
        "specificity": [metrics.recall_score(targets[:, j], decisions[:, j], pos_label=0) for j in columns],
        "brierScore": metrics.brier_score_loss(truth, probabilities, scale_by_half=False, **classes)
        if single
        else np.mean([metrics.brier_score_loss(targets[:, j], probabilities[:, j]) for j in columns]),
        "logLoss": metrics.log_loss(truth, probabilities, **classes)
        if single
        else np.mean([metrics.log_loss(targets[:, j], probabilities[:, j]) for j in columns]),
    }


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
