"""Keras Applications with random weights, frozen as TensorFlow 2 freezes."""

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from freeze import pixels


def settle(model, images):
    """Random weights with which activations neither vanish nor explode.

    Kernels by He's rule; scales and offsets that differ from channel to channel; then one pass in training mode with
    momentum 0, which makes every batch normalisation's moments those of the data.
    """
    rng = np.random.default_rng(3)
    for layer in model.layers:
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.momentum = 0.0
            for weight, low, high in ((layer.gamma, 0.7, 1.3), (layer.beta, -0.3, 0.3)):
                if weight is not None:
                    weight.assign(rng.uniform(low, high, weight.shape))
            continue
        for weight in layer.trainable_weights:
            shape = weight.shape
            if len(shape) == 1:
                weight.assign(rng.uniform(-0.1, 0.1, shape))
            else:
                depthwise = isinstance(layer, tf.keras.layers.DepthwiseConv2D) or "depthwise" in weight.path
                inputs = np.prod(shape[:-2]) if depthwise else np.prod(shape[:-1])
                weight.assign(rng.normal(0, np.sqrt(2 / inputs), shape))
    model(images, training=True)


def freeze(model, size):
    signature = tf.TensorSpec([None, size, size, 3], tf.float32, name="input")
    function = tf.function(lambda x: model(x, training=False)).get_concrete_function(signature)
    frozen = convert_variables_to_constants_v2(function)
    return frozen.graph.as_graph_def(), frozen.outputs[0].op.name


def last_pooling(graph_def):
    """The last Mean in the order Keras wrote the nodes, or None."""
    return next((node.name for node in reversed(graph_def.node) if node.op == "Mean"), None)


def application(constructor, size, mean, scale, **options):
    def make():
        model = constructor(weights=None, input_shape=(size, size, 3), **options)
        settle(model, (pixels(size, seed=11).astype(np.float32) - mean) / scale)
        graph_def, output = freeze(model, size)
        bottleneck = last_pooling(graph_def)
        # The softmax of random weights says little; what goes into it says more.
        before = next(node for node in graph_def.node if node.op in ("Softmax", "Identity") and node.name == output)
        while before.op in ("Identity", "Softmax"):
            before = next(node for node in graph_def.node if node.name == before.input[0].split(":")[0])
        outputs = [name for name in (bottleneck, before.name, output) if name is not None]
        return dict(
            graph_def=graph_def, feed="input", outputs=outputs, size=size, mean=mean, scale=scale, bottleneck=bottleneck
        )

    return make


apps = tf.keras.applications
NETWORKS = {
    "inception_v3": application(apps.InceptionV3, 299, 127.5, 127.5),
    "inception_resnet_v2": application(apps.InceptionResNetV2, 139, 127.5, 127.5),
    "mobilenet_v1": application(apps.MobileNet, 224, 127.5, 127.5),
    "mobilenet_v2": application(apps.MobileNetV2, 224, 127.5, 127.5),
    "mobilenet_v3_large": application(apps.MobileNetV3Large, 224, 0, 1),
    "mobilenet_v3_small": application(apps.MobileNetV3Small, 160, 0, 1),
    "efficientnet_b0": application(apps.EfficientNetB0, 224, 0, 1),
    "efficientnet_v2_b0": application(apps.EfficientNetV2B0, 160, 0, 1),
    "resnet50": application(apps.ResNet50, 160, 127.5, 64),
    "resnet50_v2": application(apps.ResNet50V2, 224, 127.5, 127.5),
    "densenet121": application(apps.DenseNet121, 160, 127.5, 64),
    "vgg16": application(apps.VGG16, 96, 127.5, 64),
    "nasnet_mobile": application(apps.NASNetMobile, 224, 127.5, 127.5),
    "xception": application(apps.Xception, 127, 127.5, 127.5),
}
