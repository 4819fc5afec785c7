import { PASSING } from '../../graph/simplify/bypass.ts'
import { ACTIVATIONS, activation } from './activation.ts'
import { ARITHMETIC, arithmetic, biasAdd, matMul, softmax } from './arithmetic.ts'
import { conv2d, depthwise } from './conv.ts'
import type { Lowering } from './lowering.ts'
import { batchNormWithGlobalNormalization, fusedBatchNorm, lrn } from './normalize.ts'
import { batchToSpace, mirrorPad, pad, spaceToBatch } from './pad.ts'
import { avgPool, maxPool, REDUCING, reduce } from './pool.ts'
import { resize } from './resize.ts'
import {
  cast,
  concat,
  expandDims,
  identities,
  identity,
  pack,
  reshape,
  shapeOf,
  split,
  squeeze,
  transpose,
} from './shape.ts'
import { stridedSlice } from './slice.ts'

/** Every op that the compiler knows; a TensorFlow op that is not here ends with a sentence that names it. */
export const LOWERINGS: ReadonlyMap<string, Lowering> = new Map<string, Lowering>([
  ...[...PASSING].map(op => [op, identity] as const),
  ...ACTIVATIONS.map(op => [op, activation] as const),
  ...ARITHMETIC.map(op => [op, arithmetic] as const),
  ...REDUCING.map(op => [op, reduce] as const),
  ...['Conv2D', '_FusedConv2D'].map(op => [op, conv2d] as const),
  ...['DepthwiseConv2dNative', 'FusedDepthwiseConv2dNative', '_FusedDepthwiseConv2dNative'].map(
    op => [op, depthwise] as const,
  ),
  ...['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'].map(op => [op, fusedBatchNorm] as const),
  ['BatchNormWithGlobalNormalization', batchNormWithGlobalNormalization],
  ['LRN', lrn],
  ['BiasAdd', biasAdd],
  ['BiasAddV1', biasAdd],
  ['MatMul', matMul],
  ['_FusedMatMul', matMul],
  ['Softmax', softmax],
  ['LogSoftmax', softmax],
  ['MaxPool', maxPool],
  ['AvgPool', avgPool],
  ['Pad', pad],
  ['PadV2', pad],
  ['MirrorPad', mirrorPad],
  ['SpaceToBatchND', spaceToBatch],
  ['BatchToSpaceND', batchToSpace],
  ['ResizeBilinear', resize],
  ['ResizeNearestNeighbor', resize],
  ['Cast', cast],
  ['IdentityN', identities],
  ['Split', split],
  ['Shape', shapeOf],
  ['Reshape', reshape],
  ['Squeeze', squeeze],
  ['ExpandDims', expandDims],
  ['Transpose', transpose],
  ['Concat', concat],
  ['ConcatV2', concat],
  ['Pack', pack],
  ['StridedSlice', stridedSlice],
])
