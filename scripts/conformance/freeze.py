"""Writes frozen graphs with what TensorFlow itself makes of one input, for run.mjs to compare.

    python freeze.py FOLDER [NAME...]

Each network becomes FOLDER/NAME/{graph.pb, pixels.u8, 0.f32, 1.f32, ..., about.json}: the graph, uint8 pixels
[n, size, size, 3], and TensorFlow's float32 outputs.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's faster kernels differ in the last digits; the plain ones are the definition.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf

PICTURES = 2


def pixels(size, seed=7):
    """Smooth colour gradients with noise: like pictures, unlike noise alone, they have structure of every scale."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] / size
    waves = []
    for _ in range(PICTURES * 3):
        a, b, phase = rng.uniform(-9, 9, 2).tolist() + [rng.uniform(0, 6)]
        waves.append(127.5 + 90 * np.sin(a * x + b * y + phase) + rng.normal(0, 12, (size, size)))
    stack = np.clip(np.stack(waves, -1), 0, 255).reshape(size, size, PICTURES, 3)
    return np.ascontiguousarray(stack.transpose(2, 0, 1, 3)).astype(np.uint8)


def save(folder, graph_def, feed, outputs, size, mean, scale, bottleneck=None, found_input=None):
    """Runs `outputs` (node names) of a frozen graph on the same pixels that the engines will get, and keeps all."""
    os.makedirs(folder, exist_ok=True)
    data = pixels(size)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            scaled = (data.astype(np.float32) - mean) / scale
            fetches = [name + ":0" for name in outputs]
            # One at a time: graphs of 2015 are made for one picture.
            runs = [session.run(fetches, {feed + ":0": scaled[i : i + 1]}) for i in range(PICTURES)]
    values = [np.concatenate(parts) for parts in zip(*runs)]
    with open(os.path.join(folder, "graph.pb"), "wb") as file:
        file.write(graph_def.SerializeToString())
    data.tofile(os.path.join(folder, "pixels.u8"))
    for index, value in enumerate(values):
        assert np.isfinite(value).all(), outputs[index]
        value.astype("<f4").tofile(os.path.join(folder, f"{index}.f32"))
    about = {
        "input": feed,
        "outputs": [{"node": name, "shape": list(value.shape)} for name, value in zip(outputs, values)],
        "bottleneck": bottleneck,
        "findInput": found_input or feed,
        "size": size,
        "mean": mean,
        "scale": scale,
        "pictures": PICTURES,
    }
    with open(os.path.join(folder, "about.json"), "w") as file:
        json.dump(about, file, indent=1)


def main():
    import keras_networks
    import old_networks
    import single_ops

    networks = {**keras_networks.NETWORKS, **old_networks.NETWORKS, **single_ops.NETWORKS}
    folder, *names = sys.argv[1:]
    for name in names or networks:
        # Written last, so a network that has it is whole; run.mjs gives another folder when these scripts change.
        if os.path.exists(os.path.join(folder, name, "about.json")):
            continue
        tf.keras.backend.clear_session()
        tf.keras.utils.set_random_seed(1)
        save(os.path.join(folder, name), **networks[name]())
        print(name, flush=True)


if __name__ == "__main__":
    main()
