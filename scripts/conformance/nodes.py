"""Writes GraphDefs node by node, so that ops which TensorFlow 2 no longer makes can be had as old files hold them."""

import numpy as np
import tensorflow as tf


class Nodes:
    """A GraphDef being put together. Every method returns the name of the node that it added."""

    def __init__(self, producer, seed=5):
        self.graph_def = tf.compat.v1.GraphDef()
        self.graph_def.versions.producer = producer
        self.rng = np.random.default_rng(seed)

    def add(self, op, name, inputs=(), **attrs):
        node = self.graph_def.node.add(op=op, name=name, input=list(inputs))
        for key, value in attrs.items():
            attr = node.attr[key]
            if isinstance(value, bool):
                attr.b = value
            elif isinstance(value, int):
                attr.i = value
            elif isinstance(value, float):
                attr.f = value
            elif isinstance(value, str):
                attr.s = value.encode()
            elif isinstance(value, tf.DType):
                attr.type = value.as_datatype_enum
            elif isinstance(value, tf.TensorShape):
                attr.shape.CopyFrom(value.as_proto())
            elif isinstance(value, list) and value and isinstance(value[0], str):
                attr.list.s.extend(text.encode() for text in value)
            elif isinstance(value, list) and value and isinstance(value[0], tf.DType):
                attr.list.type.extend(dtype.as_datatype_enum for dtype in value)
            elif isinstance(value, list):
                attr.list.i.extend(value)
            else:
                attr.tensor.CopyFrom(value)
        return name

    def const(self, name, value, dtype=np.float32):
        array = np.asarray(value, dtype)
        proto = tf.make_tensor_proto(array)
        return self.add("Const", name, dtype=tf.as_dtype(array.dtype), value=proto)

    def ints(self, name, value):
        return self.const(name, value, np.int32)

    def placeholder(self, name, shape=(None, None, None, 3)):
        return self.add("Placeholder", name, dtype=tf.float32, shape=tf.TensorShape(shape))

    def op(self, op, name, *inputs, **attrs):
        """An op on floats."""
        return self.add(op, name, inputs, T=tf.float32, **attrs)

    def weights(self, name, shape, fan_in):
        return self.const(name, self.rng.normal(0, np.sqrt(2 / fan_in), shape))

    def around(self, name, channels, middle=0.0, spread=0.3):
        return self.const(name, self.rng.uniform(middle - spread, middle + spread, channels))

    def conv(self, name, x, kernel, cin, cout, stride=1, padding="SAME", dilation=1):
        height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        weights = self.weights(name + "/weights", [height, width, cin, cout], height * width * cin)
        frozen = self.op("Identity", name + "/weights/read", weights)
        attrs = dict(strides=[1, stride, stride, 1], padding=padding, data_format="NHWC")
        if dilation > 1:
            attrs["dilations"] = [1, dilation, dilation, 1]
        return self.op("Conv2D", name, x, frozen, **attrs)

    def depthwise(self, name, x, kernel, channels, stride=1, padding="SAME", multiplier=1):
        weights = self.weights(name + "/weights", [kernel, kernel, channels, multiplier], kernel * kernel)
        strides = [1, stride, stride, 1]
        return self.op("DepthwiseConv2dNative", name, x, weights, strides=strides, padding=padding, data_format="NHWC")

    def bias(self, name, x, channels):
        return self.op("BiasAdd", name, x, self.around(name + "/biases", channels), data_format="NHWC")

    def moments(self, name, channels):
        return [
            self.around(name + "/gamma", channels, 1.0),
            self.around(name + "/beta", channels),
            self.around(name + "/moving_mean", channels),
            self.around(name + "/moving_variance", channels, 1.0, 0.5),
        ]

    def fused_batch_norm(self, name, x, channels, op="FusedBatchNorm", epsilon=1e-3):
        extra = {"U": tf.float32} if op != "FusedBatchNorm" else {}
        parts = self.moments(name, channels)
        return self.op(op, name, x, *parts, epsilon=epsilon, is_training=False, data_format="NHWC", **extra)

    def old_batch_norm(self, name, x, channels):
        gamma, beta, mean, variance = self.moments(name, channels)
        attrs = dict(variance_epsilon=0.001, scale_after_normalization=True)
        return self.op("BatchNormWithGlobalNormalization", name, x, mean, variance, beta, gamma, **attrs)

    def taken_apart_batch_norm(self, name, x, channels):
        """What tf.nn.batch_normalization writes."""
        gamma, beta, mean, variance = self.moments(name, channels)
        root = self.op("Rsqrt", name + "/Rsqrt", self.op("Add", name + "/add", variance, self.const(name + "/add/y", 1e-3)))
        factor = self.op("Mul", name + "/mul", root, gamma)
        term = self.op("Sub", name + "/sub", beta, self.op("Mul", name + "/mul_2", mean, factor))
        return self.op("Add", name + "/add_1", self.op("Mul", name + "/mul_1", x, factor), term)

    def pool(self, op, name, x, window, stride, padding):
        attrs = dict(ksize=[1, window, window, 1], strides=[1, stride, stride, 1], padding=padding, data_format="NHWC")
        return self.op(op, name, x, **attrs)

    def mean(self, name, x, keep=True):
        axes = self.ints(name + "/reduction_indices", [1, 2])
        return self.op("Mean", name, x, axes, Tidx=tf.int32, keep_dims=keep)

    def concat(self, name, inputs, axis=3):
        where = self.ints(name + "/axis", axis)
        return self.op("ConcatV2", name, *inputs, where, N=len(inputs), Tidx=tf.int32)

    def reshape(self, name, x, shape):
        return self.op("Reshape", name, x, self.ints(name + "/shape", shape), Tshape=tf.int32)

    def pad(self, name, x, pairs, op="Pad", **attrs):
        return self.op(op, name, x, self.ints(name + "/paddings", pairs), Tpaddings=tf.int32, **attrs)

    def dense(self, name, x, cin, cout):
        product = self.op("MatMul", name + "/MatMul", x, self.weights(name + "/weights", [cin, cout], cin))
        return self.bias(name, product, cout)
