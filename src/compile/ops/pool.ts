import type { Builder } from '../../formats/onnx/builder.ts'
import { physicalAxis, type Value } from '../../formats/onnx/value.ts'
import { boolAttr, type GraphNode, nodeError } from '../../graph/graph.ts'
import { numbersOf } from '../../graph/tensor.ts'
import { explicitPads, imageOf, imageResult, slide, spatial } from '../image.ts'
import type { Lowering } from './lowering.ts'

export const maxPool: Lowering = (node, builder) => [pool(node, builder, 'MaxPool')]

/** TensorFlow leaves padding out of its averages: count_include_pad stays 0. */
export const avgPool: Lowering = (node, builder) => [pool(node, builder, 'AveragePool')]

function pool(node: GraphNode, builder: Builder, op: string): Value {
  // Pending zeros count as pixels here, so they have to be written out.
  const image = imageOf(builder, node, builder.value(builder.operand(node.inputs[0]!)))
  const [windowY, windowX] = spatial(node, 'ksize')
  const [strideY, strideX] = spatial(node, 'strides')
  const [padY, padX] = explicitPads(node)
  const y = slide(node, { size: image.height, window: windowY, stride: strideY, dilation: 1 }, padY)
  const x = slide(node, { size: image.width, window: windowX, stride: strideX, dilation: 1 }, padX)
  const attrs = {
    kernel_shape: [windowY, windowX],
    pads: [y.pads[0], x.pads[0], y.pads[1], x.pads[1]],
    strides: [strideY, strideX],
  }
  const result = imageResult(node, image.batch, image.channels, y.out, x.out)
  return builder.emit(op, node.name, [image.name], attrs, { ...result, products: windowY * windowX })
}

const REDUCTIONS: Record<string, string> = { Mean: 'ReduceMean', Max: 'ReduceMax', Sum: 'ReduceSum', Min: 'ReduceMin' }
export const REDUCING = Object.keys(REDUCTIONS)

/** Mean, Max, Sum, Min over constant axes; over height and width they are global poolings. */
export const reduce: Lowering = (node, builder) => {
  const value = builder.value(builder.operand(node.inputs[0]!))
  const rank = value.shape.length
  const axes = numbersOf(builder.known(node, 1)).map(axis => (axis < 0 ? axis + rank : axis))
  const keep = boolAttr(node, 'keep_dims')
  const kept = value.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const physical = axes.map(axis => physicalAxis(value, axis)).sort((a, b) => a - b)
  const global = node.op === 'Mean' && rank === 4 && physical.join() === '2,3'
  const { layout } = value
  if (axes.length === 0) return [value]
  const reduced = global
    ? builder.emit('GlobalAveragePool', node.name, [value.name], {}, { shape: kept, layout })
    : builder.emit(
        REDUCTIONS[node.op]!,
        node.name,
        [value.name, builder.ints(physical)],
        { keepdims: 1 },
        { shape: kept, layout },
      )
  if (keep) return [reduced]
  const shape = value.shape.filter((_, axis) => !axes.includes(axis))
  // Left over in another order than TensorFlow's only when both channels and a side of the picture remain.
  const ordered =
    layout === 'plain' || axes.includes(3) || (axes.includes(1) && axes.includes(2)) ? reduced : builder.plain(reduced)
  const where = axes.map(axis => physicalAxis(ordered, axis)).sort((a, b) => a - b)
  if (shape.length === 0 && rank === 0) throw nodeError(node, 'it reduces a single number.')
  const squeezed = builder.emit(
    'Squeeze',
    `${node.name}/squeezed`,
    [ordered.name, builder.ints(where)],
    {},
    { shape, layout: 'plain' },
  )
  return [squeezed]
}
