"""EfficientNet-Lite, written as a GraphDef from the weights of its PyTorch port.

The layer table and the scaling rules are those of PyPI `efficientnet-lite-pytorch` 0.1.0 (`utils.py`, `model.py`),
which has them from Google's TensorFlow implementation. Batch norms (epsilon 1e-3) are folded into kernel and BiasAdd.
PyTorch keeps kernels as [out, in, height, width]; depthwise ones as [channels, 1, height, width].
"""

import math

from nodes import Network, fold
from torch_checkpoint import read_checkpoint

# repeats, kernel, stride, expansion, output channels: before scaling
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM = 32

FEATURES, LOGITS = "features", "logits"


def efficientnet_lite(checkpoint: bytes, width: float, depth: float) -> Network:
    """[n, h, w, 3] -> FEATURES [n, 1280], LOGITS [n, 1000], `probabilities` [n, 1000]."""
    weights = Weights(read_checkpoint(checkpoint))
    network = Network()
    x = network.placeholder("input")
    x = conv(network, "stem", x, *weights.folded("_conv_stem", "_bn0"), stride=2)
    channels = STEM
    for index, (kernel, stride, expansion, output) in enumerate(blocks(width, depth)):
        x = block(network, weights, index, x, channels, kernel, stride, expansion, output)
        channels = output
    x = conv(network, "head", x, *weights.folded("_conv_head", "_bn1"))
    x = network.global_pool(FEATURES, x, keep_dims=False)
    x = network.matmul("classifier", x, weights.take("_fc.weight").T.copy())
    x = network.bias(LOGITS, x, weights.take("_fc.bias"))
    network.softmax("probabilities", x)
    weights.expect_none_left()
    return network


def blocks(width: float, depth: float):
    """Scale the table: yields (kernel, stride, expansion, output) a block. First and last stage are never repeated."""
    for stage, (repeats, kernel, stride, expansion, output) in enumerate(STAGES):
        if 0 < stage < len(STAGES) - 1:
            repeats = math.ceil(repeats * depth)
        for repeat in range(repeats):
            yield kernel, stride if repeat == 0 else 1, expansion, round_channels(output * width)


def round_channels(channels: float) -> int:
    """To the nearest multiple of 8, never down by more than a tenth."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def block(network, weights, index, x, channels, kernel, stride, expansion, output) -> str:
    """Inverted bottleneck: 1x1 expand, depthwise, 1x1 project without activation; plus its input where shapes agree."""
    torch, scope, skip = f"_blocks.{index}", f"blocks/{index}", x
    if expansion != 1:
        x = conv(network, f"{scope}/expand", x, *weights.folded(f"{torch}._expand_conv", f"{torch}._bn0"))
    matrix, bias = weights.folded(f"{torch}._depthwise_conv", f"{torch}._bn1", depthwise=True)
    if matrix.shape != (kernel, kernel, channels * expansion, 1):
        expected = (kernel, kernel, channels * expansion, 1)
        raise ValueError(f"Expected a kernel {expected} in block {index} but received {matrix.shape}")
    x = network.depthwise(f"{scope}/depthwise", x, matrix, stride)
    x = network.relu6(f"{scope}/depthwise/relu6", network.bias(f"{scope}/depthwise/biased", x, bias))
    matrix, bias = weights.folded(f"{torch}._project_conv", f"{torch}._bn2")
    x = network.bias(f"{scope}/project/biased", network.convolution(f"{scope}/project", x, matrix), bias)
    return network.sum(f"{scope}/add", x, skip) if stride == 1 and channels == output else x


def conv(network, name, x, kernel, bias, stride=1) -> str:
    x = network.bias(f"{name}/biased", network.convolution(name, x, kernel, stride), bias)
    return network.relu6(f"{name}/relu6", x)


class Weights:
    """The checkpoint's tensors, each handed out once, so that one left over betrays a wrong layer table."""

    def __init__(self, tensors):
        self.tensors = {name: t for name, t in tensors.items() if not name.endswith("num_batches_tracked")}

    def take(self, name: str):
        return self.tensors.pop(name)

    def folded(self, convolution: str, norm: str, depthwise: bool = False):
        """Kernel [h, w, in, out] or [h, w, channels, 1], and bias [out], with the batch norm in them."""
        order, channels = ((2, 3, 0, 1), 2) if depthwise else ((2, 3, 1, 0), 3)
        parts = [self.take(f"{norm}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
        return fold(self.take(f"{convolution}.weight").transpose(order), channels, *parts)

    def expect_none_left(self):
        if self.tensors:
            raise ValueError(f"Expected every tensor to be used but these are left: {sorted(self.tensors)}")
