import { BATCH } from '../../formats/onnx/value.ts'
import { type GraphNode, nodeError, numberAttr } from '../../graph/graph.ts'
import { numbersOf } from '../../graph/tensor.ts'
import type { Lowering } from './lowering.ts'
import { openSize, reshaped } from './shape.ts'

/** What a StridedSlice takes of one axis; https://www.tensorflow.org/api_docs/python/tf/strided_slice */
interface Spec {
  readonly begin: number | undefined
  readonly end: number | undefined
  readonly stride: number
  /** One place, and the axis is gone. */
  readonly shrinks: boolean
}

const WHOLE: Spec = { begin: undefined, end: undefined, stride: 1, shrinks: false }

/** StridedSlice of a value, along any axes, without new ones; backwards too, as BGR comes of RGB. */
export const stridedSlice: Lowering = (node, builder) => {
  const value = builder.plain(builder.operand(node.inputs[0]!))
  const [begins, ends, strides] = [1, 2, 3].map(i => numbersOf(builder.known(node, i)))
  const specs = specsOf(node, begins!, ends!, strides!, value.shape.length)
  const shape = [...value.shape]
  const parts: { axis: number; begin: number; end: number; stride: number }[] = []
  for (const [axis, spec] of specs.entries()) {
    const { begin, end, stride, shrinks } = spec
    const size = shape[axis] ?? 0
    if (begin === undefined && end === undefined && stride === 1 && !shrinks) continue
    if (size === BATCH || stride === 0) throw nodeError(node, 'it takes a part of the batch, or goes nowhere.')
    const from = begin === undefined ? (stride > 0 ? 0 : size - 1) : clamped(begin, size)
    const whole = stride > 0 ? size : -1
    const to = shrinks ? from + 1 : end === undefined ? whole : clamped(end, size)
    // ONNX takes -1 for the last place: what goes on past the first is further down.
    parts.push({ axis, begin: from, end: to < 0 ? -size - 1 : to, stride })
    shape[axis] = Math.max(0, Math.ceil((to - from) / stride))
  }
  if (parts.length === 0) return [value]
  const list = (key: 'begin' | 'end' | 'axis' | 'stride'): string => builder.ints(parts.map(part => part[key]))
  const inputs = [value.name, list('begin'), list('end'), list('axis'), list('stride')]
  const part = builder.emit('Slice', node.name, inputs, {}, { shape, layout: 'plain' })
  const kept = shape.filter((_, axis) => !specs[axis]?.shrinks)
  return [reshaped(node, builder, part, kept.map(openSize))]
}

/** One an axis: an ellipsis stands for all that the others leave. */
function specsOf(
  node: GraphNode,
  begins: readonly number[],
  ends: readonly number[],
  strides: readonly number[],
  rank: number,
): Spec[] {
  const bit = (mask: string, i: number): boolean => ((numberAttr(node, mask) >> i) & 1) === 1
  if (numberAttr(node, 'new_axis_mask') !== 0) {
    throw nodeError(node, 'slices with a new axis are not among the forms that this program knows.')
  }
  return begins.flatMap((begin, i) => {
    if (bit('ellipsis_mask', i)) return new Array<Spec>(Math.max(0, rank - begins.length + 1)).fill(WHOLE)
    return {
      begin: bit('begin_mask', i) ? undefined : begin,
      end: bit('end_mask', i) ? undefined : ends[i],
      stride: strides[i] ?? 1,
      shrinks: bit('shrink_axis_mask', i),
    }
  })
}

function clamped(at: number, size: number): number {
  return Math.min(size, Math.max(0, at < 0 ? at + size : at))
}
