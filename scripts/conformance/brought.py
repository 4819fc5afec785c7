"""Networks as the tools of today write them, with those tools' own answers, for brought.mjs to compare.

    python brought.py FOLDER

Each becomes FOLDER/NAME/ with the network's files and about.json; pixels.u8 and expected.f32 beside them.
"""

import json
import os
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
from onnxruntime.transformers.float16 import convert_float_to_float16

from freeze import pixels

SIZE = 48
NAMES = (
    "keras_export",
    "module",
    "variables_v1",
    "onnx_beside",
    "onnx_float16",
    "onnx_qdq",
    "onnx_qoperator",
    "onnx_vit",
)
layers = tf.keras.layers


def scaled(data):
    return (data.astype(np.float32) - 127.5) / 127.5


def convolutional(groups):
    """Convolutions, grouped ones among them if asked for (tf2onnx does not know how Keras runs those), squeeze and excite, three kinds of normalisation, pooling, a dense layer."""
    x = start = layers.Input((SIZE, SIZE, 3))
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU(6)(layers.BatchNormalization()(x))
    x = layers.Conv2D(32, 3, padding="same", groups=groups, activation="swish")(x)
    squeezed = layers.GlobalAveragePooling2D(keepdims=True)(x)
    squeezed = layers.Conv2D(32, 1, activation="sigmoid")(layers.Conv2D(8, 1, activation="relu")(squeezed))
    x = layers.LayerNormalization()(layers.Multiply()([x, squeezed]))
    features = layers.GlobalAveragePooling2D()(x)
    end = layers.Dense(5, activation="softmax")(layers.Dropout(0.2)(features))
    return tf.keras.Model(start, end), tf.keras.Model(start, features)


class ClassToken(layers.Layer):
    """A learnt token before those of the patches."""

    def build(self, shape):
        self.token = self.add_weight(shape=(1, 1, shape[-1]), initializer="random_normal", name="token")

    def call(self, x):
        return tf.concat([tf.repeat(self.token, tf.shape(x)[0], axis=0), x], axis=1)


def gelu(x):
    """Its form with tanh: tf2onnx does not know the other's Erfc."""
    return tf.keras.activations.gelu(x, approximate=True)


def transformer():
    """A vision transformer: patches, a class token, attention; what its last dense layer classifies are the features."""
    x = start = layers.Input((SIZE, SIZE, 3))
    x = layers.Conv2D(32, 16, strides=16)(x)
    x = ClassToken()(layers.Reshape((9, 32))(x))
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        x = layers.Add()([x, layers.MultiHeadAttention(4, 8)(y, y)])
        y = layers.Dense(64, activation=gelu)(layers.LayerNormalization(epsilon=1e-6)(x))
        x = layers.Add()([x, layers.Dense(32)(y)])
    features = layers.LayerNormalization(epsilon=1e-6)(x)[:, 0]
    end = layers.Dense(10, bias_initializer="random_normal")(features)
    return tf.keras.Model(start, end), tf.keras.Model(start, features)


def to_onnx(model):
    spec = (tf.TensorSpec([None, SIZE, SIZE, 3], tf.float32, name="pictures"),)
    function = tf.function(lambda x: model(x, training=False), input_signature=spec)
    return tf2onnx.convert.from_function(function, input_signature=spec, opset=18)[0]


class Calibration(CalibrationDataReader):
    def __init__(self):
        self.rest = iter([{"pictures": scaled(pixels(SIZE, seed))} for seed in range(4)])

    def get_next(self):
        return next(self.rest, None)


def settled(groups):
    whole, inner = convolutional(groups)
    whole(scaled(pixels(SIZE, 11)), training=True)
    return whole, inner


def keep(folder, name, path, expected, tolerance=1e-4, mean=127.5, scale=127.5):
    about = {"network": path, "features": int(expected.shape[1]), "size": SIZE, "mean": mean, "scale": scale}
    pixels(SIZE).tofile(os.path.join(folder, name, "pixels.u8"))
    expected.astype("<f4").tofile(os.path.join(folder, name, "expected.f32"))
    with open(os.path.join(folder, name, "about.json"), "w") as file:
        json.dump({**about, "tolerance": tolerance}, file)


def main(folder):
    tf.keras.utils.set_random_seed(5)
    data = pixels(SIZE)
    whole, inner = settled(4)
    features = inner(scaled(data), training=False).numpy()
    place = lambda name, file="": os.path.join(folder, name, file)
    for name in NAMES:
        shutil.rmtree(place(name), ignore_errors=True)
        os.makedirs(place(name))

    whole.export(place("keras_export", "network"), verbose=False)
    keep(folder, "keras_export", "network", features)

    class Module(tf.Module):
        def __init__(self):
            super().__init__()
            self.inner = inner
            self.kept = inner.variables

        @tf.function(input_signature=[tf.TensorSpec([None, SIZE, SIZE, 3], tf.float32)])
        def __call__(self, pictures):
            return self.inner(pictures * 2 - 1)

    tf.saved_model.save(Module(), place("module", "network"))
    keep(folder, "module", "network", features, mean=0, scale=255)

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.compat.v1.placeholder(tf.float32, [None, SIZE, SIZE, 3])
        old = tf.compat.v1.get_variable("old", [3, 3, 3, 8], use_resource=False)
        new = tf.compat.v1.get_variable("new", [1, 1, 8, 12], use_resource=True)
        y = tf.reduce_mean(tf.nn.conv2d(tf.nn.relu(tf.nn.conv2d(x, old, 2, "SAME")), new, 1, "SAME"), [1, 2])
        session.run(tf.compat.v1.global_variables_initializer())
        expected = session.run(y, {x: scaled(data)})
        tf.compat.v1.saved_model.simple_save(session, place("variables_v1", "network"), {"x": x}, {"y": tf.nn.softmax(y)})
    keep(folder, "variables_v1", "network", expected)

    whole, inner = settled(1)
    features = inner(scaled(data), training=False).numpy()
    plain = place("onnx_qdq", "float.onnx")
    onnx.save(to_onnx(whole), plain)
    beside = {"save_as_external_data": True, "location": "model.onnx.data", "size_threshold": 0}
    onnx.save(onnx.load(plain), place("onnx_beside", "model.onnx"), **beside)
    keep(folder, "onnx_beside", "model.onnx", features)
    onnx.save(convert_float_to_float16(onnx.load(plain), keep_io_types=False), place("onnx_float16", "model.onnx"))
    keep(folder, "onnx_float16", "model.onnx", features, tolerance=5e-3)
    for name, form in (("onnx_qdq", QuantFormat.QDQ), ("onnx_qoperator", QuantFormat.QOperator)):
        quantize_static(plain, place(name, "model.onnx"), Calibration(), quant_format=form)
        # Eight bits lose some of it: what shows is that the numbers mean what they meant before.
        keep(folder, name, "model.onnx", features, tolerance=0.2)
    vit, token = transformer()
    onnx.save(to_onnx(vit), place("onnx_vit", "model.onnx"))
    keep(folder, "onnx_vit", "model.onnx", token(scaled(data), training=False).numpy())


if __name__ == "__main__":
    main(sys.argv[1])
