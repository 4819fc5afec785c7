"""Run the models in Python TensorFlow and compare them with reference tensors: `python check.py REFERENCE [models]`.

REFERENCE is a folder of little-endian arrays of eight pictures: input-SIZE.u8 [8, SIZE, SIZE, 3], NAME.features.f32 and
NAME.logits.f32. Passes when every row of features has cosine similarity 0.9999 or more with its reference row and the
logits agree on the first class. Reads model.json itself (TensorFlow parses the JSON of the GraphDef), not through the
code that wrote it. Also checks that README.md states the model's hashes, and that the network runs at another size.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow.compat.v1 as tf
from google.protobuf import json_format

tf.logging.set_verbosity(tf.logging.ERROR)

SHARD, COSINE = 4_194_304, 0.9999
# name: input size, mean and std of (x - mean) / std, bottleneck node, logits node
MODELS = {
    "mobilenet_v1": (224, 127.5, 127.5, "MobilenetV1/Logits/AvgPool_1a/AvgPool", "MobilenetV1/Predictions/Reshape"),
    "efficientnet_lite0": (224, 127, 128, "features", "logits"),
    "efficientnet_lite2": (260, 127, 128, "features", "logits"),
}


def load(folder: Path) -> tf.GraphDef:
    """model.json and shards -> GraphDef with the constants' values back in place."""
    model = json.loads((folder / "model.json").read_bytes())
    graph = json_format.ParseDict(model["modelTopology"], tf.GraphDef())
    consts = {node.name: node for node in graph.node if node.op == "Const"}
    for group in model["weightsManifest"]:
        shards = [(folder / path).read_bytes() for path in group["paths"]]
        assert max(map(len, shards)) <= SHARD, "a shard is larger than 4 MB"
        data, at = b"".join(shards), 0
        for weight in group["weights"]:
            stored = np.dtype(weight.get("quantization", weight)["dtype"])
            count = int(np.prod(weight["shape"], dtype=np.int64))
            value = np.frombuffer(data, stored, count, at).reshape(weight["shape"]).astype(weight["dtype"])
            consts.pop(weight["name"]).attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
            at += count * stored.itemsize
        assert at == len(data), f"{len(data) - at} bytes of the shards belong to no weight"
    assert not consts, f"no weights for {sorted(consts)}"
    return graph


def run(graph: tf.GraphDef, pictures: np.ndarray, nodes: list[str]) -> list[np.ndarray]:
    """Pictures [n, h, w, 3] -> each node's output as [n, -1]."""
    with tf.Graph().as_default(), tf.Session() as session:
        outputs = tf.import_graph_def(graph, return_elements=[f"{node}:0" for node in nodes], name="")
        return [out.reshape(len(pictures), -1) for out in session.run(outputs, {"input:0": pictures})]


def check(name: str, folder: Path, reference: Path) -> bool:
    size, mean, std, bottleneck, logits_node = MODELS[name]
    pictures = np.fromfile(reference / f"input-{size}.u8", np.uint8).reshape(-1, size, size, 3)
    inputs = (pictures.astype(np.float32) - mean) / std
    graph = load(folder)
    features, logits = run(graph, inputs, [bottleneck, logits_node])
    files = [reference / f"{name}.{part}.f32" for part in ("features", "logits")]
    expected = [np.fromfile(file, "<f4").reshape(len(inputs), -1) for file in files]
    a, b = features.astype(np.float64), expected[0].astype(np.float64)
    cosine = ((a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min()
    same = int((logits.argmax(axis=1) == expected[1].argmax(axis=1)).sum())
    differences = [float(np.abs(x - y).max()) for x, y in zip((features, logits), expected)]
    larger, = run(graph, np.zeros((2, 288, 288, 3), np.float32), [bottleneck])
    documented = all(sha in (folder / "README.md").read_text() for sha in hashes(folder))
    print(
        f"{name}: {features.shape[1]} features, lowest cosine {cosine:.7f}, first class {same}/{len(inputs)}, "
        f"max abs difference features {differences[0]:.2e} (of {np.abs(expected[0]).max():.2f}), "
        f"logits {differences[1]:.2e} (of {np.abs(expected[1]).max():.2f}), "
        f"at 288 px {larger.shape[1]} features, README states the hashes: {documented}"
    )
    return cosine >= COSINE and same == len(inputs) and larger.shape[1] == features.shape[1] and documented


def hashes(folder: Path) -> tuple[str, str]:
    """sha256 of model.json, and of model.json and all shards together."""
    model = (folder / "model.json").read_bytes()
    paths = [path for group in json.loads(model)["weightsManifest"] for path in group["paths"]]
    whole = model + b"".join((folder / path).read_bytes() for path in paths)
    return hashlib.sha256(model).hexdigest(), hashlib.sha256(whole).hexdigest()


def main(reference: Path, models: Path) -> int:
    passed = [check(name, models / name, reference) for name in MODELS]
    print(f"{sum(passed)} passed, {len(passed) - sum(passed)} failed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent.parent / "models"
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else default))
