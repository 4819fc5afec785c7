import { boolAttr, nodeError } from '../../graph/graph.ts'
import { numbersOf } from '../../graph/tensor.ts'
import { imageOf } from '../image.ts'
import type { Lowering } from './lowering.ts'

/**
 * ResizeBilinear and ResizeNearestNeighbor. TensorFlow has three ways to place the pixels:
 * corner to corner, by their centres, and (before 2.0) by their upper left corners.
 */
export const resize: Lowering = (node, builder) => {
  const image = imageOf(builder, node, builder.value(builder.operand(node.inputs[0]!)))
  const [height = NaN, width = NaN] = numbersOf(builder.known(node, 1))
  if (!(height > 0 && width > 0 && height * width <= 2 ** 26)) throw nodeError(node, 'its size is not known.')
  const corners = boolAttr(node, 'align_corners')
  const centres = boolAttr(node, 'half_pixel_centers')
  const nearest = node.op === 'ResizeNearestNeighbor'
  const attrs = {
    mode: nearest ? 'nearest' : 'linear',
    coordinate_transformation_mode: corners ? 'align_corners' : centres ? 'half_pixel' : 'asymmetric',
    // TensorFlow takes floor((i + 0.5) * scale); ONNX' half_pixel takes 0.5 off that before it rounds.
    ...(nearest ? { nearest_mode: corners || centres ? 'round_prefer_ceil' : 'floor' } : {}),
    axes: [2, 3],
  }
  const inputs = [image.name, '', '', builder.ints([height, width])]
  const shape = [image.batch, height, width, image.channels]
  return [builder.emit('Resize', node.name, inputs, attrs, { shape, layout: 'nchw' })]
}
