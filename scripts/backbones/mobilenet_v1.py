"""MobileNet v1 (width 1.0), taken from a frozen graph that somebody retrained with TensorFlow's retrain.py.

retrain.py trains one new layer on top of `MobilenetV1/Predictions/Reshape` and leaves what is below as Google published
it. That part is kept and the new layer dropped. Three things change in it:
- each convolution's batch norm (Mul by gamma / sqrt(variance + 1e-3), Add) is folded into its kernel and a BiasAdd;
- the input's fixed shape [1, 224, 224, 3] is opened to any batch and any size;
- the 7x7 AvgPool, which fits an input of 224 only, becomes a Mean over height and width under the same name.
Convolutions, activations, logits and the pool keep the names they had.
"""

from graphdef import read_graph
from nodes import Network, fold

POOL = "MobilenetV1/Logits/AvgPool_1a/AvgPool"
LOGITS = "MobilenetV1/Predictions/Reshape"


def mobilenet_v1(frozen_graph: bytes) -> Network:
    """[n, h, w, 3] -> features [n, 1, 1, 1024] at POOL, logits [n, 1001] at LOGITS."""
    nodes = read_graph(frozen_graph)
    consts = {node.name: node.value for node in nodes if node.op == "Const"}
    network = Network()
    x = network.placeholder("input")
    for node in nodes:
        if node.op not in ("Conv2D", "DepthwiseConv2dNative") or "/BatchNorm/" in node.name or "Logits" in node.name:
            continue
        weights = node.inputs[1].removesuffix("/read")
        scope, layer = node.name.rsplit("/", 1)[0], weights.rsplit("/", 1)[0]
        norm = [consts[f"{layer}/BatchNorm/{part}"] for part in ("gamma", "beta", "moving_mean", "moving_variance")]
        depthwise = node.op == "DepthwiseConv2dNative"
        kernel, bias = fold(consts[weights], 2 if depthwise else 3, *norm)
        stride = int(node.attr["strides"]["list"]["i"][1])
        x = (network.depthwise if depthwise else network.convolution)(node.name, x, kernel, stride)
        x = network.bias(f"{scope}/BiasAdd", x, bias)
        x = network.relu6(f"{scope}/Relu6", x)
    x = network.global_pool(POOL, x, keep_dims=True)
    logits = "MobilenetV1/Logits/Conv2d_1c_1x1"
    x = network.convolution(f"{logits}/convolution", x, consts[f"{logits}/weights"])
    x = network.bias(f"{logits}/BiasAdd", x, consts[f"{logits}/biases"])
    x = network.squeeze("MobilenetV1/Logits/SpatialSqueeze", x)
    network.reshape(LOGITS, x, 1001)
    return network
