import { lookUp } from '../../graph/lookUp.ts'
import type { ForeignModel, ForeignNode } from './parse.ts'

/** The tensors that say what a quantised tensor's whole numbers mean: (x - zeroPoint) * scale. */
export interface Quantisation {
  readonly scale: string
  readonly zeroPoint: string | undefined
}

/** Where each op that gives quantised numbers has the scale of its output among its inputs; the zero point is next. */
const SCALE_AT: Readonly<Record<string, number>> = {
  QuantizeLinear: 1,
  QLinearConv: 6,
  QLinearMatMul: 6,
  QLinearAdd: 6,
  QLinearMul: 6,
  QLinearConcat: 0,
  QGemm: 7,
  QLinearGlobalAveragePool: 3,
  QLinearAveragePool: 3,
  QLinearReduceMean: 3,
  QLinearLeakyRelu: 3,
  QLinearSigmoid: 3,
}
/** What hands its numbers on as they are. */
const MOVING = new Set([
  'Flatten',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'MaxPool',
  'Identity',
  'Gather',
  'Slice',
])

/** What a tensor's numbers mean where they are quantised; undefined for a tensor of floats. */
export function quantisationOf(model: ForeignModel, tensor: string): Quantisation | undefined {
  let node: ForeignNode | undefined = model.producers.get(tensor)
  for (let hops = 0; node !== undefined && MOVING.has(node.op) && hops < 100; hops++) {
    node = model.producers.get(node.inputs[0] ?? '')
  }
  const place = node && lookUp(SCALE_AT, node.op)
  const scale = place === undefined ? undefined : node?.inputs[place]
  if (place === undefined || scale === undefined) return undefined
  return { scale, zeroPoint: node?.inputs[place + 1] || undefined }
}
