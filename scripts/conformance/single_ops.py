"""Each op by itself, in every form that networks use, as an output of its own."""

import tensorflow as tf

from nodes import Nodes

SIZE = 12
ONE_INPUT = "Relu Relu6 Elu Selu Sigmoid Tanh Softplus Erf Exp Abs Neg Floor Square LeakyRelu Softmax LogSoftmax"
TWO_INPUTS = "Add AddV2 Sub Mul RealDiv Div Maximum Minimum SquaredDifference"
PASSING = "Identity Snapshot StopGradient PreventGradient"
FLOAT, INT = tf.float32, tf.int32


def single_ops():
    # BatchNormWithGlobalNormalization is refused in graphs that say they are newer.
    g = Nodes(producer=8)
    # Behind a convolution, as nearly all ops of a network are.
    x = g.conv("x", g.placeholder("input"), 3, 3, 3)
    outputs = []

    def out(name):
        """An Identity, so that a form which is folded away or has several results is an output all the same."""
        outputs.append(g.op("Identity", "out/" + name.replace(":", "/"), name))

    channels = g.const("channels", [2, -0.5, 0.7])
    positive = g.op("AddV2", "positive", g.op("Square", "squared", x), g.const("tenth", 0.1))
    for op in ONE_INPUT.split():
        out(g.op(op, op, x, **({"alpha": 0.3} if op == "LeakyRelu" else {})))
    for op in "Sqrt Rsqrt Log Reciprocal Inv".split():
        out(g.op(op, op, positive))
    for op in TWO_INPUTS.split():
        out(g.op(op, op, x, channels))
        out(g.op(op, op + "/turned", channels, positive))
    out(g.op("Pow", "Pow", positive, g.const("Pow/y", 1.5)))
    out(g.op("AddN", "AddN", x, positive, x, N=3))
    out(g.op("Sub", "Sub/map", x, g.const("map", g.rng.normal(0, 1, [SIZE, SIZE, 1]))))
    for op in PASSING.split():
        out(g.op(op, op, x))
    out(g.op("CheckNumerics", "CheckNumerics", x, message="not a number"))
    out(g.add("PlaceholderWithDefault", "PlaceholderWithDefault", [x], dtype=FLOAT, shape=tf.TensorShape([None, SIZE, SIZE, 3])))
    g.add("IdentityN", "IdentityN", [x, positive], T=[FLOAT, FLOAT])
    out("IdentityN:1")
    whole = g.add("Cast", "Cast", [x], SrcT=FLOAT, DstT=INT)
    out(g.add("Cast", "Cast/back", [whole], SrcT=INT, DstT=FLOAT))
    fake = dict(num_bits=8, narrow_range=False)
    out(g.add("FakeQuantWithMinMaxVars", "FakeQuantWithMinMaxVars", [x, g.const("low", -1.3), g.const("high", 1.1)], **fake))
    out(g.add("FakeQuantWithMinMaxArgs", "FakeQuantWithMinMaxArgs", [x], min=-1.0, max=1.5, **fake))

    convolutions(g, x, out)
    normalisation(g, x, channels, out)
    windows(g, x, out)
    shapes(g, x, positive, out)
    dense(g, x, out)
    pooled = g.mean("pooled", x)
    return dict(
        graph_def=g.graph_def, feed="input", outputs=[*outputs, pooled], size=SIZE, mean=128.0, scale=64.0, bottleneck=pooled
    )


def convolutions(g, x, out):
    def conv(name, shape, op="Conv2D", of=x, stride=1, padding="SAME", **more):
        attrs = dict(strides=[1, stride, stride, 1], padding=padding, data_format="NHWC", **more)
        weights = g.weights(name + "/w", shape, shape[0] * shape[1] * shape[2])
        return g.op(op, name, of, weights, *more.pop("extra", []), **attrs)

    out(conv("Conv2D", [3, 3, 3, 5], stride=2))
    out(conv("Conv2D/even", [2, 4, 3, 5], stride=2))
    out(conv("Conv2D/valid", [3, 2, 3, 5], padding="VALID"))
    out(conv("Conv2D/dilated", [3, 3, 3, 5], dilations=[1, 2, 3, 1]))
    out(conv("Conv2D/explicit", [3, 3, 3, 4], padding="EXPLICIT", explicit_paddings=[0, 0, 1, 2, 0, 1, 0, 0]))
    out(conv("DepthwiseConv2dNative", [3, 3, 3, 2], "DepthwiseConv2dNative", stride=2))
    out(g.bias("BiasAdd", x, 3))
    out(g.op("BiasAddV1", "BiasAddV1", x, g.around("BiasAddV1/b", 3)))
    out(g.bias("BiasAdd/folded", conv("BiasAdd/conv", [3, 3, 3, 4]), 4))

    types = dict(Tblock_shape=INT)
    for name, inside in (("dilation", lambda y: y), ("dilation/relu", lambda y: g.op("Relu", "dilation/inside", y))):
        block = g.ints(name + "/block", [2, 2])
        y = g.op("SpaceToBatchND", name + "/in", x, block, g.ints(name + "/pads", [[2, 2], [2, 2]]), Tpaddings=INT, **types)
        y = inside(conv(name + "/conv", [3, 3, 3, 4], of=y, padding="VALID"))
        out(g.op("BatchToSpaceND", name, y, block, g.ints(name + "/crops", [[0, 0], [0, 0]]), Tcrops=INT, **types))

    fused = dict(num_args=1, epsilon=1e-3, TArgs=[FLOAT], data_format="NHWC")
    for op, ops in (("_FusedConv2D", ["BiasAdd", "Relu6"]), ("_FusedConv2D", ["BiasAdd", "LeakyRelu"])):
        name = "fused/" + ops[1]
        more = dict(strides=[1, 1, 1, 1], padding="SAME", fused_ops=ops, leakyrelu_alpha=0.1, **fused)
        out(g.op(op, name, x, g.weights(name + "/w", [3, 3, 3, 4], 27), g.around(name + "/b", 4), **more))


def normalisation(g, x, channels, out):
    for op in ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
        out(g.fused_batch_norm(op, x, 3, op, epsilon=0.01))
    out(g.old_batch_norm("BatchNormWithGlobalNormalization", x, 3))
    out(g.taken_apart_batch_norm("batch_normalization", x, 3))
    out(g.op("LRN", "LRN", x, depth_radius=1, bias=2.0, alpha=0.3, beta=0.75))
    hard = g.op("Relu6", "hard/relu", g.op("AddV2", "hard/add", x, g.const("three", 3)))
    hard = g.op("Mul", "hard", hard, g.const("sixth", 1 / 6))
    out(hard)
    out(g.op("Mul", "hard_swish", x, hard))
    out(g.op("Minimum", "clipped", g.op("Maximum", "clipped/low", x, g.const("zero", 0)), g.const("one", 1)))


def windows(g, x, out):
    for op in ("MaxPool", "AvgPool"):
        out(g.pool(op, op, x, 3, 2, "SAME"))
        out(g.pool(op, op + "/valid", x, 4, 3, "VALID"))
    out(g.pad("Pad", x, [[0, 0], [1, 2], [0, 3], [0, 0]]))
    out(g.pool("MaxPool", "Pad/pooled", g.op("Neg", "Pad/under", g.op("Exp", "Pad/exp", "Pad")), 3, 2, "VALID"))
    fill = g.const("PadV2/fill", 7.5)
    out(g.op("PadV2", "PadV2", x, g.ints("PadV2/paddings", [[0, 0], [1, 0], [0, 2], [0, 1]]), fill, Tpaddings=INT))
    for mode in ("REFLECT", "SYMMETRIC"):
        out(g.pad("MirrorPad/" + mode, x, [[0, 0], [2, 1], [3, 0], [0, 0]], "MirrorPad", mode=mode))
    for op in ("ResizeBilinear", "ResizeNearestNeighbor"):
        for name, corners, centres in (("corners", True, False), ("centres", False, True), ("left", False, False)):
            for size in ([20, 7], [24, 24]):
                full = f"{op}/{name}/{size[0]}"
                more = dict(align_corners=corners, half_pixel_centers=centres)
                out(g.op(op, full, x, g.ints(full + "/size", size), **more))


def shapes(g, x, positive, out):
    for op in ("Mean", "Max", "Min", "Sum"):
        for name, axes, keep in (("all", [1, 2], False), ("channels", [-1], True), ("rows", [1], False)):
            full = op + "/" + name
            out(g.op(op, full, x, g.ints(full + "/axes", axes), Tidx=INT, keep_dims=keep))
    out(g.op("Concat", "Concat", g.ints("Concat/axis", 3), x, positive, N=2))
    out(g.concat("ConcatV2", [x, positive], axis=-2))
    out(g.add("Pack", "Pack", [x, positive], T=FLOAT, N=2, axis=1))
    g.add("Split", "Split", [g.ints("Split/axis", -1), x], T=FLOAT, num_split=3)
    out("Split:1")
    out(g.op("Transpose", "Transpose", x, g.ints("Transpose/perm", [0, 2, 1, 3]), Tperm=INT))
    out(g.op("Transpose", "Transpose/nchw", x, g.ints("Transpose/nchw/perm", [0, 3, 1, 2]), Tperm=INT))
    flat = g.reshape("Reshape", x, [-1, SIZE * 3, SIZE])
    out(flat)
    out(g.op("ExpandDims", "ExpandDims", flat, g.ints("ExpandDims/axis", 2), Tdim=INT))
    out(g.op("Squeeze", "Squeeze", "ExpandDims", squeeze_dims=[2]))

    def part(name, of, begin, end, stride, dtype=FLOAT, **masks):
        corners = [g.ints(f"{name}/{key}", value) for key, value in (("begin", begin), ("end", end), ("stride", stride))]
        keys = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
        return g.add("StridedSlice", name, [of, *corners], T=dtype, Index=INT, **{key: masks.get(key, 0) for key in keys})

    out(part("StridedSlice", x, [0, 1, 2, 0], [0, 11, 0, 2], [1, 2, 1, 1], begin_mask=1, end_mask=5))
    out(part("StridedSlice/one", x, [0, 0, 0, 1], [0, 0, 0, 2], [1, 1, 1, 1], begin_mask=7, end_mask=7, shrink_axis_mask=8))
    # Flattening as Keras wrote it: the batch is taken from the shape.
    shape = g.add("Shape", "Shape", [x], T=FLOAT, out_type=INT)
    batch = part("Shape/batch", shape, [0], [1], [1], INT, shrink_axis_mask=1)
    target = g.add("Pack", "Shape/target", [batch, g.ints("Shape/rest", -1)], T=INT, N=2, axis=0)
    out(g.op("Reshape", "Shape/flat", x, target, Tshape=INT))


def dense(g, x, out):
    features = g.mean("features", x, keep=False)
    no = dict(transpose_a=False)
    out(g.op("MatMul", "MatMul", features, g.weights("MatMul/w", [3, 4], 3), transpose_b=False, **no))
    out(g.op("MatMul", "MatMul/turned", features, g.weights("MatMul/turned/w", [4, 3], 3), transpose_b=True, **no))
    attrs = dict(transpose_b=False, num_args=1, fused_ops=["BiasAdd", "Relu"], epsilon=1e-3, **no)
    out(g.op("_FusedMatMul", "fused/MatMul", features, g.weights("fm/w", [3, 4], 3), g.around("fm/b", 4), **attrs))


NETWORKS = {"single_ops": single_ops}
