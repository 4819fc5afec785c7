"""Runs what `itc export` wrote, as the programs do that it is for.

    python exported.py FOLDER

FOLDER/about.json lists models: {"name", "format", "path", "inputs": [{"name", "size", "mean", "scale", "pixels"}]}, with
`pixels` a file of uint8 [n, size, size, 3]. Prints a line of JSON for each: its name, scores [n, categories], and what else
it tells of itself.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's faster kernels differ in the last digits; the plain ones are the definition.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf


def pixels(folder, entry):
    data = np.fromfile(os.path.join(folder, entry["pixels"]), np.uint8)
    return data.reshape(-1, entry["size"], entry["size"], 3)


def graphdef(path, inputs, folder):
    """As label_image.py of TensorFlow for Poets does: a session on the imported graph, fed with prepared floats."""
    graph_def = tf.compat.v1.GraphDef()
    with open(os.path.join(path, "retrained_graph.pb"), "rb") as file:
        graph_def.ParseFromString(file.read())
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def)
    feeds = {}
    for entry in inputs:
        prepared = (pixels(folder, entry).astype(np.float32) - entry["mean"]) / entry["scale"]
        feeds[graph.get_operation_by_name("import/" + entry["name"]).outputs[0]] = prepared.astype(np.float32)
    result = graph.get_operation_by_name("import/final_result").outputs[0]
    count = min(len(prepared) for prepared in feeds.values())
    with tf.compat.v1.Session(graph=graph) as session:
        # One at a time, as that script does: graphs of 2015 take no more.
        runs = [session.run(result, {node: x[i : i + 1] for node, x in feeds.items()}) for i in range(count)]
    return np.concatenate(runs), {}


def saved_model(path, inputs, folder):
    signature = tf.saved_model.load(path).signatures["serving_default"]
    given = {entry["name"]: tf.constant(pixels(folder, entry)) for entry in inputs}
    with open(os.path.join(path, "assets.extra", "labels.txt")) as file:
        return signature(**given)["scores"].numpy(), {"labels": file.read().split("\n")[:-1]}


def onnx(path, inputs, folder):
    import onnxruntime

    session = onnxruntime.InferenceSession(os.path.join(path, "model.onnx"), providers=["CPUExecutionProvider"])
    [scores] = session.run(["scores"], {entry["name"]: pixels(folder, entry) for entry in inputs})
    metadata = session.get_modelmeta().custom_metadata_map
    return scores, {key: json.loads(metadata[key]) for key in ("labels", "inputs")}


RUN = {"graphdef": graphdef, "saved-model": saved_model, "onnx": onnx}


def main():
    [folder] = sys.argv[1:]
    with open(os.path.join(folder, "about.json")) as file:
        models = json.load(file)
    for model in models:
        scores, told = RUN[model["format"]](os.path.join(folder, model["path"]), model["inputs"], folder)
        print(json.dumps({"name": model["name"], "scores": scores.tolist(), **told}), flush=True)


if __name__ == "__main__":
    main()
