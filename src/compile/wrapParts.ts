import type { OnnxInspection } from '../formats/onnx/inspect.ts'
import { DATA_TYPE } from '../formats/onnx/schema.ts'
import type { OnnxTap } from '../formats/onnx/taps.ts'
import type { OnnxNode, OnnxTensor } from '../formats/onnx/wire.ts'
import type { Recipe } from '../image/recipe.ts'
import { FEATURES, PIXELS } from './compile.ts'
import { deviations } from './deviations.ts'

/** What goes before a network or behind it. */
export interface Part {
  readonly nodes: OnnxNode[]
  readonly tensors: OnnxTensor[]
}

/** From pixels to the tensor that the model's own input was. */
export function preparation(found: OnnxInspection, recipe: Pick<Recipe, 'mean' | 'scale'>, start: string): Part {
  const { input, channelsFirst } = found
  const steps: { op: string; extra: string[]; attrs: OnnxNode['attrs'] }[] = []
  const tensors: OnnxTensor[] = []
  if (channelsFirst) steps.push({ op: 'Transpose', extra: [], attrs: { perm: [0, 3, 1, 2] } })
  if (input.type !== DATA_TYPE.uint8) {
    const shape = channelsFirst ? [3, 1, 1] : [3]
    const values = {
      'itc/scale': recipe.scale.map(value => 1 / value),
      'itc/shift': recipe.mean.map((value, c) => -value / recipe.scale[c]!),
    }
    for (const [name, floats] of Object.entries(values)) {
      const bytes = new Uint8Array(Float32Array.from(floats).buffer)
      tensors.push({ name, type: 'float', shape, bytes: () => bytes })
    }
    steps.push({ op: 'Cast', extra: [], attrs: { to: DATA_TYPE.float } })
    steps.push({ op: 'Mul', extra: ['itc/scale'], attrs: {} }, { op: 'Add', extra: ['itc/shift'], attrs: {} })
  }
  if (input.type === DATA_TYPE.float16) steps.push({ op: 'Cast', extra: [], attrs: { to: DATA_TYPE.float16 } })
  if (steps.length === 0) steps.push({ op: 'Identity', extra: [], attrs: {} })
  const between = (i: number): string => (i === 0 ? start : i === steps.length ? freed(input.name) : `itc/step${i}`)
  const nodes = steps.map(({ op, extra, attrs }, i) => {
    return { op, name: `itc/${op}${i}`, inputs: [between(i), ...extra], outputs: [between(i + 1)], attrs }
  })
  return { nodes, tensors }
}

/**
 * From the bottleneck to float32 [n, features]: dequantised, the first of several tokens, cast, flat, and behind it what is
 * read of inner layers.
 */
export function tail(found: OnnxInspection, taps: readonly OnnxTap[], end: string): Part {
  const { bottleneck, quantisation, isTokens, isHalf } = found
  const nodes: OnnxNode[] = []
  const tensors: OnnxTensor[] = []
  let last = freed(bottleneck)
  const add = (op: string, extra: string[], attrs: OnnxNode['attrs'], name = `itc/${op}`): void => {
    nodes.push({ op, name: `itc/${op}`, inputs: [last, ...extra], outputs: [name], attrs })
    last = name
  }
  if (quantisation !== undefined) {
    const { scale, zeroPoint } = quantisation
    add('DequantizeLinear', [scale, ...(zeroPoint === undefined ? [] : [zeroPoint])].map(freed), {})
  }
  if (isTokens) {
    tensors.push({ name: 'itc/first', type: 'int64', shape: [], bytes: () => new Uint8Array(8) })
    add('Gather', ['itc/first'], { axis: 1 })
  }
  if (isHalf) add('Cast', [], { to: DATA_TYPE.float })
  if (taps.length === 0) {
    add('Flatten', [], { axis: 1 }, end)
    return { nodes, tensors }
  }
  add('Flatten', [], { axis: 1 })
  const own = taps.map(tap => ({ ...tap, tensor: freed(tap.tensor) }))
  const inner = deviations(last, own, end)
  return { nodes: [...nodes, ...inner.nodes], tensors: [...tensors, ...inner.tensors] }
}

/** A model's own tensors that are called as the wrapped model's ends are make way. */
export function freed(name: string): string {
  return name === PIXELS || name === FEATURES ? `itc/inner/${name}` : name
}
