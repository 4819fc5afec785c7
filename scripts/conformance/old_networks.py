"""Networks as TensorFlow 1 froze them: the graph of 2015, slim's, and the ops that the others leave out."""

import tensorflow as tf

from nodes import Nodes


def finished(g, outputs, size, bottleneck, feed="input", mean=127.5, scale=127.5, **more):
    return dict(
        graph_def=g.graph_def, feed=feed, outputs=outputs, size=size, mean=mean, scale=scale, bottleneck=bottleneck, **more
    )


def inception_2015():
    """classify_image_graph_def.pb in small: it decodes, resizes and scales one JPEG itself."""
    g = Nodes(producer=8)
    jpeg = tf.io.encode_jpeg(tf.zeros([8, 8, 3], tf.uint8)).numpy()
    contents = g.add("Const", "DecodeJpeg/contents", dtype=tf.string, value=tf.make_tensor_proto(jpeg))
    g.add("DecodeJpeg", "DecodeJpeg", [contents], channels=3, ratio=1, fancy_upscaling=True, min_fraction=1.0)
    g.add("Cast", "Cast", ["DecodeJpeg"], SrcT=tf.uint8, DstT=tf.float32)
    g.op("ExpandDims", "ExpandDims", "Cast", g.ints("ExpandDims/dim", 0))
    g.op("ResizeBilinear", "ResizeBilinear", "ExpandDims", g.ints("ResizeBilinear/size", [299, 299]), align_corners=False)
    g.op("Sub", "Sub", "ResizeBilinear", g.const("Sub/y", 128))
    x = g.op("Mul", "Mul", "Sub", g.const("Mul/y", 1 / 128))

    def unit(name, x, kernel, cin, cout, stride=1, padding="SAME"):
        x = g.conv(name + "/Conv2D", x, kernel, cin, cout, stride, padding)
        x = g.old_batch_norm(name + "/batchnorm", x, cout)
        g.op("CheckNumerics", name + "/CheckNumerics", x, message="batch norm")
        x = g.op("Identity", name + "/control_dependency", x, "^" + name + "/CheckNumerics")
        return g.op("Relu", name, x)

    x = unit("conv", x, 3, 3, 32, 2, "VALID")
    x = unit("conv_1", x, 3, 32, 32, 1, "VALID")
    x = g.pool("MaxPool", "pool", unit("conv_2", x, 3, 32, 64), 3, 2, "VALID")
    x = g.pool("MaxPool", "pool_1", unit("conv_4", unit("conv_3", x, 1, 64, 80), 3, 80, 96, 1, "VALID"), 3, 2, "VALID")
    tower = unit("mixed/tower/conv_1", unit("mixed/tower/conv", x, 1, 96, 48), 5, 48, 64)
    pooled = unit("mixed/tower_1/conv", g.pool("AvgPool", "mixed/tower_1/pool", x, 3, 1, "SAME"), 1, 96, 32)
    where = g.ints("mixed/join/concat_dim", 3)
    x = g.op("Concat", "mixed/join", where, unit("mixed/conv", x, 1, 96, 64), tower, pooled, N=3)
    x = g.pool("MaxPool", "mixed_3/pool", x, 3, 2, "VALID")
    x = unit("mixed_8/conv_1", unit("mixed_8/conv", x, (1, 7), 160, 96), 7, 96, 128, 2, "VALID")
    # 6 pixels are left: the window covers them all, as 8x8 does in the original.
    x = g.pool("AvgPool", "pool_3", x, 6, 1, "VALID")
    x = g.reshape("pool_3/_reshape", x, [1, 128])
    g.op("Softmax", "softmax", g.dense("softmax/logits", x, 128, 40))
    return finished(g, ["mixed/join", "pool_3", "softmax"], 299, "pool_3", feed="Mul", mean=128.0, scale=128.0)


def slim_mobilenet_v2():
    g = Nodes(producer=26)
    x = g.placeholder("input")

    def unit(name, x, kernel, cin, cout, stride=1, act=True):
        x = g.fused_batch_norm(name + "/BatchNorm", g.conv(name + "/Conv2D", x, kernel, cin, cout, stride), cout)
        return g.op("Relu6", name + "/Relu6", x) if act else g.op("Identity", name + "/Identity", x)

    x = unit("Conv", x, 3, 3, 16, 2)
    cin = 16
    for i, (cout, stride) in enumerate([(16, 1), (24, 2), (24, 1), (32, 2), (32, 1), (64, 2)]):
        name = f"expanded_conv_{i}"
        y = unit(name + "/expand", x, 1, cin, cin * 6)
        y = g.depthwise(name + "/depthwise", y, 3, cin * 6, stride)
        y = g.op("Relu6", name + "/Relu6", g.fused_batch_norm(name + "/depthwise/BatchNorm", y, cin * 6))
        y = unit(name + "/project", y, 1, cin * 6, cout, act=False)
        x = g.op("Add", name + "/add", y, x) if stride == 1 and cin == cout else y
        cin = cout
    x = unit("Conv_1", x, 1, cin, 320)
    x = g.pool("AvgPool", "Logits/AvgPool", x, 6, 1, "VALID")
    x = g.bias("Logits/Conv2d_1c_1x1/BiasAdd", g.conv("Logits/Conv2d_1c_1x1/Conv2D", x, 1, 320, 30), 30)
    x = g.op("Squeeze", "Logits/Squeeze", x, squeeze_dims=[1, 2])
    g.op("Softmax", "Predictions/Softmax", g.reshape("Predictions/Reshape", x, [-1, 30]))
    outputs = ["Logits/AvgPool", "Predictions/Reshape", "Predictions/Softmax"]
    return finished(g, outputs, 96, "Logits/AvgPool")


def slim_resnet_v2_dilated():
    """Pre-activation, strided convolutions padded by hand, and dilation as SpaceToBatchND has it."""
    g = Nodes(producer=24)
    x = g.pad("Pad", g.placeholder("input"), [[0, 0], [3, 3], [3, 3], [0, 0]])
    x = g.bias("conv1/BiasAdd", g.conv("conv1/Conv2D", x, 7, 3, 32, 2, "VALID"), 32)
    x = g.pool("MaxPool", "pool1", x, 3, 2, "SAME")

    def dilated(name, x, padding, layer):
        """A layer at rate 2, one column of whose result is cropped."""
        block = g.ints(name + "/block_shape", [2, 2])
        paddings = g.ints(name + "/paddings", [[2, 2], padding])
        types = dict(Tblock_shape=tf.int32)
        x = g.op("SpaceToBatchND", name + "/SpaceToBatchND", x, block, paddings, Tpaddings=tf.int32, **types)
        crops = g.ints(name + "/crops", [[0, 0], [0, 1]])
        return g.op("BatchToSpaceND", name + "/BatchToSpaceND", layer(x), block, crops, Tcrops=tf.int32, **types)

    for i in range(3):
        name = f"block{i}"
        pre = g.op("Relu", name + "/Relu", g.fused_batch_norm(name + "/preact", x, 32, "FusedBatchNormV2"))
        y = g.conv(name + "/conv1", pre, 1, 32, 16)
        y = g.op("Relu", name + "/conv1/Relu", g.taken_apart_batch_norm(name + "/conv1/BatchNorm", y, 16))
        conv2 = name + "/conv2"
        if i == 0:
            y = g.pad(name + "/Pad", y, [[0, 0], [1, 1], [1, 1], [0, 0]])
            y = g.conv(conv2, y, 3, 16, 16, 2, "VALID")
            x = g.pool("MaxPool", name + "/shortcut", x, 1, 2, "SAME")
        elif i == 1:
            # One column wider than before: 20 + 2 + 4 - 4 - 1 = 21.
            y = dilated(name, y, [2, 4], lambda z: g.conv(conv2, z, 3, 16, 16, 1, "VALID"))
            x = g.pad(name + "/wider", x, [[0, 0], [0, 0], [0, 1], [0, 0]])
        else:
            # An activation inside keeps this from being one dilated convolution.
            y = dilated(name, y, [2, 3], lambda z: g.op("Relu", name + "/in", g.depthwise(conv2, z, 3, 16, 1, "VALID")))
        y = g.bias(name + "/conv3/BiasAdd", g.conv(name + "/conv3", y, 1, 16, 32), 32)
        x = g.op("Add", name + "/add", x, y)
    x = g.op("Relu", "postnorm/Relu", g.fused_batch_norm("postnorm", x, 32, "FusedBatchNormV3"))
    x = g.mean("pool5", x)
    x = g.op("Squeeze", "SpatialSqueeze", g.bias("logits/BiasAdd", g.conv("logits", x, 1, 32, 20), 20), squeeze_dims=[1, 2])
    return finished(g, ["pool5", "SpatialSqueeze"], 160, "pool5")


def googlenet():
    """Local response normalisation, SAME max pooling, joined towers; pooled by 7x7."""
    g = Nodes(producer=21)
    x = g.op("Relu", "conv1", g.bias("conv1/b", g.conv("conv1/c", g.placeholder("input"), 7, 3, 32, 2), 32))
    x = g.pool("MaxPool", "pool1", x, 3, 2, "SAME")
    lrn = dict(depth_radius=2, bias=1.0, alpha=2e-5 * 1000, beta=0.75)
    x = g.op("LRN", "norm1", x, **lrn)
    x = g.op("Relu", "conv2", g.bias("conv2/b", g.conv("conv2/c", x, 3, 32, 64), 64))
    x = g.pool("MaxPool", "pool2", g.op("LRN", "norm2", x, **lrn), 3, 2, "SAME")
    cin = 64
    for i in range(3):
        name = f"inception_{i}"
        a = g.bias(name + "/a", g.conv(name + "/a/c", x, 1, cin, 24), 24)
        b = g.op("Relu", name + "/b1", g.bias(name + "/b0", g.conv(name + "/b/c", x, 1, cin, 16), 16))
        b = g.bias(name + "/b", g.conv(name + "/b2/c", b, 3, 16, 24), 24)
        c = g.pool("MaxPool", name + "/pool", x, 3, 1, "SAME")
        c = g.bias(name + "/c", g.conv(name + "/c/c", c, 1, cin, 16), 16)
        x = g.op("Relu", name, g.concat(name + "/concat", [a, b, c]))
        cin = 64
        if i < 2:
            x = g.pool("MaxPool", name + "/down", x, 3, 2, "SAME")
    x = g.pool("AvgPool", "avgpool", x, 7, 1, "VALID")
    x = g.op("Reshape", "flat", x, g.ints("flat/shape", [-1, 64]), Tshape=tf.int32)
    # Dropout as a graph frozen from training has it, with nothing dropped.
    keep = g.const("dropout/keep", 1.0)
    noise = g.add("RandomUniform", "dropout/random", [g.ints("dropout/shape", [1, 64])], T=tf.int32, dtype=tf.float32)
    mask = g.op("Floor", "dropout/Floor", g.op("Add", "dropout/add", keep, noise))
    x = g.op("Mul", "dropout/mul", g.op("RealDiv", "dropout/div", x, keep), mask)
    g.op("Softmax", "prob", g.dense("logits", x, 64, 25))
    return finished(g, ["norm2", "avgpool", "logits", "prob"], 224, "avgpool", mean=117.0, scale=1.0 * 64)


def squeezenet():
    g = Nodes(producer=22)
    x = g.op("Relu", "relu_conv1", g.bias("conv1/b", g.conv("conv1", g.placeholder("input"), 3, 3, 32, 2, "VALID"), 32))
    x = g.pool("MaxPool", "pool1", x, 3, 2, "VALID")
    cin = 32
    for i, squeeze in enumerate([8, 12, 16]):
        name = f"fire{i + 2}"
        s = g.op("Relu", name + "/s", g.bias(name + "/s/b", g.conv(name + "/s/c", x, 1, cin, squeeze), squeeze))
        a = g.op("Relu", name + "/a", g.bias(name + "/a/b", g.conv(name + "/a/c", s, 1, squeeze, 32), 32))
        b = g.op("Elu", name + "/e", g.bias(name + "/e/b", g.conv(name + "/e/c", s, 3, squeeze, 32), 32))
        x = g.concat(name + "/concat", [a, b], axis=-1)
        cin = 64
        if i < 2:
            x = g.pool("MaxPool", name + "/pool", x, 3, 2, "VALID")
    x = g.op("Relu", "conv10", g.bias("conv10/b", g.conv("conv10/c", x, 1, cin, 50), 50))
    x = g.pool("AvgPool", "pool10", x, 13, 13, "VALID")
    g.op("Softmax", "prob", g.op("Squeeze", "squeeze", x, squeeze_dims=[1, 2]))
    return finished(g, ["pool10", "prob"], 227, "pool10", mean=117.0, scale=64.0)


def mixed_ops():
    """What the other networks leave out of the list: arithmetic, shapes, mirrors, resizing, swishes, fused ops."""
    g = Nodes(producer=27)
    x = g.bias("stem/b", g.conv("stem", g.placeholder("input"), 3, 3, 16, 2), 16)
    x = g.op("Minimum", "relu6/min", g.op("Maximum", "relu6/max", x, g.const("zero", 0)), g.const("six", 6))
    x = g.pad("mirror", x, [[0, 0], [2, 1], [1, 2], [0, 0]], "MirrorPad", mode="REFLECT")
    x = g.pad("symmetric", x, [[0, 0], [3, 0], [0, 3], [0, 0]], "MirrorPad", mode="SYMMETRIC")
    x = g.pool("AvgPool", "average", x, 3, 2, "SAME")
    for i, (name, corners, centres) in enumerate([("corners", True, False), ("centres", False, True), ("left", False, False)]):
        more = {"half_pixel_centers": True} if centres else {}
        x = g.op("ResizeBilinear", "resize/" + name, x, g.ints(f"size_{i}", [31 - 5 * i, 22 + 7 * i]), align_corners=corners, **more)
    x = g.op("ResizeNearestNeighbor", "nearest", x, g.ints("nearest/size", [28, 28]), align_corners=False)
    # Channel shuffle: five axes.
    x = g.reshape("shuffle/split", x, [-1, 28, 28, 4, 4])
    x = g.op("Transpose", "shuffle/turn", x, g.ints("shuffle/perm", [0, 1, 2, 4, 3]), Tperm=tf.int32)
    x = g.reshape("shuffle", x, [-1, 28, 28, 16])
    halves = g.add("Split", "halves", [g.ints("halves/axis", 3), x], T=tf.float32, num_split=2)
    left = g.op("Sigmoid", "left", halves)
    right = g.op("Mul", "swish", g.op("Sigmoid", "swish/s", halves + ":1"), halves + ":1")
    x = g.concat("joined", [left, right])
    three, sixth = g.const("three", 3), g.const("sixth", 1 / 6)
    hard = g.op("Mul", "hard", g.op("Relu6", "hard/r", g.op("Add", "hard/a", x, three)), sixth)
    swish = g.op("Mul", "hard_swish", x, hard)
    x = g.op("AddN", "sum", x, swish, g.op("RealDiv", "half", x, g.const("two", 2)), N=3)
    padded = g.pad("pad", x, [[0, 0], [1, 0], [0, 1], [0, 0]])
    fused = dict(strides=[1, 2, 2, 1], padding="VALID", data_format="NHWC", dilations=[1, 1, 1, 1], num_args=1, epsilon=1e-3, TArgs=[tf.float32])
    weights = g.weights("fused/w", [3, 3, 16, 24], 144)
    x = g.op("_FusedConv2D", "fused", padded, weights, g.around("fused/b", 24), fused_ops=["BiasAdd", "Relu"], **fused)
    x = g.add("Cast", "cast", [x], SrcT=tf.float32, DstT=tf.float32)
    # Squeeze and excite by a broadcast of [n, 1, 1, c].
    s = g.op("ExpandDims", "se/e", g.op("ExpandDims", "se/e1", g.mean("se/mean", x, keep=False), g.ints("se/d1", 1)), g.ints("se/d2", 1))
    s = g.op("Sigmoid", "se/s", g.bias("se/b", g.conv("se/c", s, 1, 24, 24), 24))
    x = g.op("Mul", "se", x, s)
    x = g.op("Sub", "minus", x, g.const("map", g.rng.normal(0, 0.2, [1, 14, 14, 24])))
    pooled = g.mean("pooled", x)
    # Flattening as Keras wrote it: the batch is taken from the shape.
    shape = g.add("Shape", "flat/Shape", [x], T=tf.float32, out_type=tf.int32)
    first, last, one = g.ints("flat/0", [0]), g.ints("flat/1", [1]), g.ints("flat/2", [1])
    batch = g.add("StridedSlice", "flat/batch", [shape, first, last, one], T=tf.int32, Index=tf.int32, shrink_axis_mask=1,
                  begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0)  # fmt: skip
    target = g.add("Pack", "flat/pack", [batch, g.ints("flat/rest", -1)], T=tf.int32, N=2, axis=0)
    g.op("Reshape", "flat", x, target, Tshape=tf.int32)
    product = g.op("MatMul", "logits/m", "flat", g.weights("logits/w", [10, 14 * 14 * 24], 4000), transpose_b=True)
    g.op("LogSoftmax", "log", g.bias("logits", product, 10))
    return finished(g, ["nearest", "hard_swish", "fused", pooled, "logits", "log"], 97, "pooled")


NETWORKS = {
    function.__name__: function
    for function in (inception_2015, slim_mobilenet_v2, slim_resnet_v2_dilated, googlenet, squeezenet, mixed_ops)
}
