"""Loads what itc wrote with the programs it is meant for: python write.py FOLDER. Prints one JSON line a check.

FOLDER holds pixels.u8, expected.f32 (the probabilities that itc's own engine gave), graph.pb, saved_model/, model.onnx and
about.json.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf

TOLERANCE = 1e-4


def main(folder):
    with open(os.path.join(folder, "about.json")) as file:
        about = json.load(file)
    size = about["size"]
    pixels = np.fromfile(os.path.join(folder, "pixels.u8"), np.uint8).reshape(-1, size, size, 3)
    expected = np.fromfile(os.path.join(folder, "expected.f32"), "<f4").reshape(len(pixels), -1)
    floats = pixels.astype(np.float32)

    def graphdef():
        # As TensorFlow for Poets' label_image.py does it: pixels minus 128 by 128, into import/input.
        graph_def = tf.compat.v1.GraphDef()
        with open(os.path.join(folder, "graph.pb"), "rb") as file:
            graph_def.ParseFromString(file.read())
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(graph_def)
            ends = [graph.get_operation_by_name(name).outputs[0] for name in ("import/input", "import/final_result")]
            with tf.compat.v1.Session(graph=graph) as session:
                return session.run(ends[1], {ends[0]: (floats - 128) / 128})

    def saved_model():
        function = tf.saved_model.load(os.path.join(folder, "saved_model")).signatures["serving_default"]
        return function(input=tf.constant(floats))["scores"].numpy()

    def onnx_model():
        import onnx
        import onnxruntime

        model = onnx.load(os.path.join(folder, "model.onnx"))
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"))
        assert session.get_modelmeta().custom_metadata_map == about["metadata"]
        return session.run(["final_result"], {"pixels": pixels})[0]

    for check in (graphdef, saved_model, onnx_model):
        try:
            difference = float(np.abs(check() - expected).max())
            print(json.dumps({"check": check.__name__, "difference": difference, "ok": difference <= TOLERANCE}), flush=True)
        except Exception as error:
            print(json.dumps({"check": check.__name__, "error": str(error)[:500], "ok": False}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
