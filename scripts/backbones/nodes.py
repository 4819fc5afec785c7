"""The few GraphDef operations an image network needs, as `Node`s with the attributes TensorFlow writes.

Activations are NHWC float32. Convolution kernels are [height, width, in, out], depthwise kernels
[height, width, channels, 1]; padding is TensorFlow's SAME.
"""

import base64

import numpy as np

from graphdef import DTYPES, Node

FLOAT, INT32 = {"type": "DT_FLOAT"}, {"type": "DT_INT32"}


class Network:
    """Collects nodes in execution order. Every method returns the name of the node it adds."""

    def __init__(self):
        self.nodes: list[Node] = []

    def add(self, name: str, op: str, inputs: list[str], **attr) -> str:
        self.nodes.append(Node(name, op, inputs, attr))
        return name

    def const(self, name: str, value: np.ndarray) -> str:
        dtype = next(label for label, code in DTYPES.values() if value.dtype == np.dtype(code))
        self.nodes.append(Node(name, "Const", [], {"dtype": {"type": dtype}}, value))
        return name

    def placeholder(self, name: str) -> str:
        """Pictures [-1, -1, -1, 3]: any number of them, of any size."""
        shape = {"shape": {"dim": [{"size": str(size)} for size in (-1, -1, -1, 3)]}}
        return self.add(name, "Placeholder", [], dtype=FLOAT, shape=shape)

    def convolution(self, name: str, inputs: str, kernel: np.ndarray, stride: int = 1) -> str:
        return self._convolution("Conv2D", name, inputs, kernel, stride)

    def depthwise(self, name: str, inputs: str, kernel: np.ndarray, stride: int = 1) -> str:
        return self._convolution("DepthwiseConv2dNative", name, inputs, kernel, stride)

    def _convolution(self, op, name, inputs, kernel, stride):
        weights = self.const(f"{name}/weights", kernel)
        return self.add(
            name,
            op,
            [inputs, weights],
            T=FLOAT,
            data_format=_text("NHWC"),
            dilations=_ints(1, 1, 1, 1),
            padding=_text("SAME"),
            strides=_ints(1, stride, stride, 1),
        )

    def bias(self, name: str, inputs: str, bias: np.ndarray) -> str:
        values = self.const(f"{name}/bias", bias)
        return self.add(name, "BiasAdd", [inputs, values], T=FLOAT, data_format=_text("NHWC"))

    def relu6(self, name: str, inputs: str) -> str:
        return self.add(name, "Relu6", [inputs], T=FLOAT)

    def sum(self, name: str, first: str, second: str) -> str:
        return self.add(name, "AddV2", [first, second], T=FLOAT)

    def global_pool(self, name: str, inputs: str, keep_dims: bool) -> str:
        """Mean over height and width: [n, h, w, c] -> [n, 1, 1, c], or [n, c] without keep_dims."""
        axes = self.const(f"{name}/axes", np.array([1, 2], "<i4"))
        return self.add(name, "Mean", [inputs, axes], T=FLOAT, Tidx=INT32, keep_dims={"b": keep_dims})

    def matmul(self, name: str, inputs: str, weights: np.ndarray) -> str:
        """[n, a] x [a, b] -> [n, b]."""
        matrix = self.const(f"{name}/weights", weights)
        return self.add(name, "MatMul", [inputs, matrix], T=FLOAT, transpose_a={"b": False}, transpose_b={"b": False})

    def squeeze(self, name: str, inputs: str) -> str:
        """[n, 1, 1, c] -> [n, c]."""
        return self.add(name, "Squeeze", [inputs], T=FLOAT, squeeze_dims=_ints(1, 2))

    def reshape(self, name: str, inputs: str, columns: int) -> str:
        shape = self.const(f"{name}/shape", np.array([-1, columns], "<i4"))
        return self.add(name, "Reshape", [inputs, shape], T=FLOAT, Tshape=INT32)

    def softmax(self, name: str, inputs: str) -> str:
        return self.add(name, "Softmax", [inputs], T=FLOAT)


def fold(kernel: np.ndarray, channels: int, gamma, beta, mean, variance, epsilon=1e-3):
    """Fold a batch norm into the convolution before it: (kernel, bias), in float64, rounded once to float32.

    With scale = gamma / sqrt(variance + epsilon):
    (conv(x, kernel) - mean) * scale + beta = conv(x, kernel * scale) + (beta - mean * scale).
    `channels` is the axis of the kernel that counts output channels: 3, or 2 for a depthwise kernel.
    """
    gamma, beta, mean, variance = (np.asarray(v, np.float64) for v in (gamma, beta, mean, variance))
    scale = gamma / np.sqrt(variance + epsilon)
    along = [-1 if axis == channels else 1 for axis in range(4)]
    return (kernel * scale.reshape(along)).astype("<f4"), (beta - mean * scale).astype("<f4")


def _text(value: str) -> dict:
    return {"s": base64.b64encode(value.encode()).decode()}


def _ints(*values: int) -> dict:
    return {"list": {"i": [str(value) for value in values]}}
