"""What 8 bits would cost and save: `python int8.py OUT`, OUT as pixels.mjs leaves it; needs onnx, onnxruntime, scikit-learn.

QDQ, activations U8 and weights S8 a channel, reduced range, min-max on up to 200 pictures, the first three convolutions in
float32. Accuracy is that of a discriminant with shrinkage .25 on the blocks as a head sees them, five folds, five seeds.
"""

import json
import pathlib
import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from sklearn.model_selection import StratifiedKFold

OUT = pathlib.Path(sys.argv[1])
PRESETS = {"fast": 1, "good": 2, "best": 3}
BATCH = 4


class Pictures(CalibrationDataReader):
    def __init__(self, name, pictures):
        self.rest = iter([{name: picture[None]} for picture in pictures])

    def get_next(self):
        return next(self.rest, None)


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def pixels(name, network):
    size = network["size"]
    return np.fromfile(OUT / f"{name}-{network['name']}.u8", np.uint8).reshape(-1, size, size, 3)


def quantise(network, sets):
    source, ready, made = (OUT / f"{network['name']}{end}.onnx" for end in ("", "-ready", "-int8"))
    if not made.exists():
        quant_pre_process(source, ready, skip_symbolic_shape=True)
        graph = onnx.load(ready).graph
        convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
        each = 200 // len(sets)
        some = [(lambda all: all[:: max(1, len(all) // each)][:each])(pixels(name, network)) for name in sets]
        quantize_static(
            ready, made, Pictures(graph.input[0].name, np.concatenate(some)),
            quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            per_channel=True, reduce_range=True, calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=convolutions[:3], op_types_to_quantize=["Conv", "Add"],
        )  # fmt: skip
    return session(source), session(made)


def run(network, pictures):
    name = network.get_inputs()[0].name
    parts = [network.run(None, {name: pictures[at : at + BATCH]})[0] for at in range(0, len(pictures), BATCH)]
    return np.concatenate(parts)


def milliseconds(networks, pictures):
    """Of the processor a picture, float and int8 in turns: medians."""
    taken = [[], []]
    for _ in range(16):
        for own, network in zip(taken, networks):
            start = time.process_time()
            run(network, pictures[:BATCH])
            own.append((time.process_time() - start) / BATCH * 1e3)
    return [float(np.median(own[1:])) for own in taken]


def space(features, blocks):
    made, at = [], 0
    for number, length in enumerate(blocks):
        block = features[:, at : at + length]
        at += length
        block = np.sign(block) * np.sqrt(np.abs(block) / (np.abs(block).sum(1, keepdims=True) + 1e-12))
        block = block - block.mean(0)
        share = 0.5 if number == 0 else 0.5 / (len(blocks) - 1)
        made.append(block * np.sqrt(share / max(1e-4, (block**2).sum(1).mean())))
    return np.hstack(made)


def right(rows, labels):
    """How often each row is named right by a discriminant that never saw it."""
    found = []
    for seed in range(5):
        own = np.zeros(len(labels), bool)
        for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(rows, labels):
            means = np.stack([rows[train][labels[train] == label].mean(0) for label in range(labels.max() + 1)])
            centred = rows[train] - means[labels[train]]
            ridge = 0.25 / 0.75 * (centred**2).sum() / min(len(train), rows.shape[1])
            dual = np.linalg.solve(centred @ centred.T + ridge * np.eye(len(train)), centred @ means.T)
            weights = (means.T - centred.T @ dual) / ridge
            own[test] = (rows[test] @ weights - 0.5 * (means * weights.T).sum(1)).argmax(1) == labels[test]
        found.append(own)
    return np.mean(found, 0)


def main():
    described = json.loads((OUT / "sets.json").read_text())
    networks, sets = described["networks"], described["labels"]
    pairs = [quantise(network, sets) for network in networks]
    times = [milliseconds(pair, pixels(next(iter(sets)), network)) for pair, network in zip(pairs, networks)]
    for preset, count in PRESETS.items():
        before, after = np.sum(times[:count], 0)
        print(f"{preset}: {before:.1f} → {after:.1f} ms of the processor a picture, {before / after:.2f} times as fast")
    for name, given in sets.items():
        labels = np.array(given)
        kinds = [[], []]
        for pair, network in zip(pairs, networks):
            pictures = pixels(name, network)
            for kind, own in zip(kinds, pair):
                kind.append(space(run(own, pictures), network["blocks"]))
        for preset, count in PRESETS.items():
            before, after = (right(np.hstack(kind[:count]), labels) for kind in kinds)
            change = 100 * (after - before)
            error = change.std() / len(labels) ** 0.5
            print(f"{name}, {preset}: {100 * before.mean():.1f} → {100 * after.mean():.1f} ({change.mean():+.1f} ± {error:.1f})")


main()
