import type { Builder } from '../formats/onnx/builder.ts'
import { DATA_TYPE } from '../formats/onnx/schema.ts'
import { BATCH, type Value } from '../formats/onnx/value.ts'
import type { Recipe } from '../image/recipe.ts'

/**
 * uint8 [n, size, size, 3] to the float32 that the network sees. The transposition comes first, while a pixel is three
 * bytes; then (x - mean) / scale as one product and one sum.
 *
 * @param channelsFirst whether TensorFlow's own placeholder is [n, 3, size, size]
 */
export function preprocess(
  builder: Builder,
  recipe: Pick<Recipe, 'size' | 'mean' | 'scale'>,
  pixels: string,
  channelsFirst: boolean,
): Value {
  const { size, mean, scale } = recipe
  const result = channelsFirst
    ? ({ shape: [BATCH, 3, size, size], layout: 'plain' } as const)
    : ({ shape: [BATCH, size, size, 3], layout: 'nchw' } as const)
  const turned = builder.emit('Transpose', `${pixels}/turned`, [pixels], { perm: [0, 3, 1, 2] }, result)
  const floats = builder.emit('Cast', `${pixels}/floats`, [turned.name], { to: DATA_TYPE.float }, result)
  const factors = scale.map(value => 1 / value)
  const terms = mean.map((value, channel) => -value / scale[channel]!)
  const scaled = isAll(factors, 1)
    ? floats
    : builder.emit('Mul', `${pixels}/scaled`, [floats.name, perChannel(builder, factors)], {}, result)
  return isAll(terms, 0)
    ? scaled
    : builder.emit('Add', `${pixels}/shifted`, [scaled.name, perChannel(builder, terms)], {}, result)
}

function isAll(values: readonly number[], wanted: number): boolean {
  return values.every(value => value === wanted)
}

function perChannel(builder: Builder, values: readonly number[]): string {
  if (values.every(value => value === values[0])) return builder.scalar(values[0]!)
  return builder.constant('channels', { dtype: 'float32', shape: [3, 1, 1], data: Float32Array.from(values) })
}
