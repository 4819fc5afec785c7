"""Tells pictures unlike anything that the model learnt, whose scores mean nothing, as itc does.

By the cosines to the nearest training pictures and the energy of the logits. Needs NumPy.

    rule = read_rule("familiar.json")
    none_of_these = familiarity(rule, features, logits) < rule["threshold"]
"""

import base64
import json
import math

import numpy as np


def read_rule(path):
    """Read familiar.json."""
    with open(path, encoding="utf-8") as file:
        rule = json.load(file)
    codes = np.frombuffer(base64.b64decode(rule["codes"]), np.int8).reshape(rule["rows"], rule["width"])
    scales = np.frombuffer(base64.b64decode(rule["scales"]), "<f4")
    rule["bank"] = codes.astype(np.float32) * scales[:, None]
    return rule


def familiarity(rule, features, logits):
    """Return how familiar pictures are, [n]: about -0.7 is usual, -7 strange.

    features: float32 [n, features]; logits: float32 [n, categories]
    """
    last = np.concatenate([np.asarray(features)[:, begin:end] for begin, end in rule["columns"]], axis=1)
    lengths = np.linalg.norm(last, axis=1, keepdims=True)
    cosines = last @ rule["bank"].T / np.where(lengths == 0, np.inf, lengths)
    cosine = np.sort(cosines, axis=1)[:, -5:].mean(axis=1) if rule["rows"] else np.zeros(len(last))
    logits = np.asarray(logits, np.float64)
    largest = logits.max(axis=1, keepdims=True)
    energy = (largest + np.log(np.exp(logits - largest).sum(axis=1, keepdims=True)))[:, 0]
    by_neighbours = _log_tail(cosine, rule["cosine"])
    by_energy = _log_tail(energy, rule["energy"])
    weight = rule["energyWeight"]
    return np.minimum((1 - weight) * by_neighbours + weight * by_energy, 0.75 * by_neighbours)


def _log_tail(values, scale):
    """The logarithm of the normal distribution's share below each value."""
    return np.array([_log_normal((value - scale["mean"]) / scale["deviation"]) for value in values])


def _log_normal(z):
    if z < -4:
        square = z * z
        series = math.log1p(-1 / square + 3 / square**2)
        return -square / 2 - math.log(-z) - math.log(2 * math.pi) / 2 + series
    return math.log(0.5 * math.erfc(-z / math.sqrt(2)))
