"""Write a network as a TF.js graph model: model.json and weight shards of at most 4 MB.

`modelTopology` is the GraphDef in the protobuf JSON mapping; constants keep only their dtype there, their values lie in
the shards, in node order, one after another. Tensors of HALF_FROM values and more are stored as float16, which TF.js
widens on loading; smaller ones (biases, most depthwise kernels) stay float32: they are a few percent of the bytes, and
rounding them costs more accuracy than rounding the rest. Same network in, same bytes out.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from nodes import Network

SHARD = 4 * 1024 * 1024
HALF_FROM = 16384
TFJS_DTYPES = {"float32": "float32", "int32": "int32"}


def write_model(folder: Path, network: Network, size: int, outputs: dict[str, tuple]) -> None:
    """Write model.json and shards into `folder`, replacing older ones. `outputs`: name -> shape."""
    entries, parts = [], []
    for node in network.nodes:
        if node.value is not None:
            entry, data = _weight(node.name, node.value)
            entries.append(entry)
            parts.append(data)
    data = b"".join(parts)
    shards = [data[at : at + SHARD] for at in range(0, len(data), SHARD)]
    paths = [f"group1-shard{i + 1}of{len(shards)}.bin" for i in range(len(shards))]
    model = {
        "format": "graph-model",
        "generatedBy": "scripts/backbones",
        "convertedBy": None,
        "signature": _signature(size, outputs),
        "modelTopology": {
            "node": [_node(node) for node in network.nodes],
            "library": {},
            "versions": {"producer": 440},
        },
        "weightsManifest": [{"paths": paths, "weights": entries}],
    }
    files = {"model.json": json.dumps(model, separators=(",", ":")).encode() + b"\n", **dict(zip(paths, shards))}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("group1-shard*.bin"):
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def model_files(folder: Path) -> list[Path]:
    """model.json, then the shards in the order of the manifest."""
    model = json.loads((folder / "model.json").read_bytes())
    return [folder / "model.json", *(folder / path for group in model["weightsManifest"] for path in group["paths"])]


def model_sha256(folder: Path) -> str:
    """One hash for the whole model: over the bytes of model.json, then of every shard in order."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in model_files(folder))).hexdigest()


def _weight(name: str, value: np.ndarray) -> tuple[dict, bytes]:
    """One entry of the manifest and its bytes."""
    entry = {"name": name, "shape": list(value.shape), "dtype": TFJS_DTYPES[value.dtype.name]}
    if value.dtype == np.float32 and value.size >= HALF_FROM:
        half = value.astype("<f2")
        if not np.isfinite(half).all():
            raise ValueError(f"Expected {name} to fit float16 but its largest value is {np.abs(value).max()}")
        entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        return entry, half.tobytes()
    return entry, value.tobytes()


def _node(node) -> dict:
    out = {"name": node.name, "op": node.op}
    if node.inputs:
        out["input"] = node.inputs
    return {**out, "attr": node.attr}


def _signature(size: int, outputs: dict[str, tuple]) -> dict:
    """Names and shapes of input and outputs, at the size trained on; the graph itself takes any size."""

    def info(name, shape):
        dims = {"dim": [{"size": str(d)} for d in shape]}
        return {"name": f"{name}:0", "dtype": "DT_FLOAT", "tensorShape": dims}

    return {
        "inputs": {"input": info("input", (-1, size, size, 3))},
        "outputs": {name: info(name, shape) for name, shape in outputs.items()},
    }
