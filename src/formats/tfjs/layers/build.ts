import { type Attr, constNode, dtypeAttr, type GraphNode } from '../../../graph/graph.ts'
import { floatTensor, intTensor, type Tensor } from '../../../graph/tensor.ts'
import { damaged, LIMITS } from '../../limits.ts'

/** Attributes of the nodes made here: numbers are lists of whole ones, else what their kind says. */
type Attrs = Readonly<Record<string, Attr>>

/** The nodes that layers become, in the order they run. */
export class GraphOfLayers {
  readonly nodes: GraphNode[] = []
  readonly #names = new Set<string>()
  readonly #weights: ReadonlyMap<string, Tensor>

  constructor(weights: ReadonlyMap<string, Tensor>) {
    this.#weights = weights
  }

  /** @returns the node's name, to refer to it */
  add(node: GraphNode): string {
    if (this.#names.has(node.name)) throw damaged(`two of its layers have the name "${node.name}"`)
    if (this.nodes.length > LIMITS.nodes) throw damaged('it has more layers than any image network')
    this.#names.add(node.name)
    this.nodes.push(node)
    return node.name
  }

  op(name: string, op: string, inputs: readonly string[], attrs: Attrs = {}): string {
    return this.add({ name, op, inputs, attrs: { T: dtypeAttr('float32'), ...attrs } })
  }

  floats(name: string, shape: readonly number[], values: readonly number[]): string {
    return this.add(constNode(name, floatTensor(shape, values)))
  }

  ints(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.add(constNode(name, intTensor(shape, values)))
  }

  /** A layer's weights as a constant; undefined where the layer has none of that name. */
  weights(layer: string, kind: string): string | undefined {
    const value = this.value(layer, kind)
    return value && this.add(constNode(`${layer}/${kind}`, value))
  }

  needed(layer: string, kind: string): string {
    const name = this.weights(layer, kind)
    if (name === undefined) throw damaged(`the layer "${layer}" has no weights "${kind}"`)
    return name
  }

  /** Models inside models put names before those of their layers. */
  value(layer: string, kind: string): Tensor | undefined {
    const name = `${layer}/${kind}`
    const own = this.#weights.get(name)
    if (own !== undefined) return own
    const inner = [...this.#weights].filter(([key]) => key.endsWith(`/${name}`))
    return inner.length === 1 ? inner[0]![1] : undefined
  }
}

export const ints = (...value: number[]): Attr => ({ kind: 'ints', value })
export const text = (value: string): Attr => ({ kind: 'string', value })
export const flag = (value: boolean): Attr => ({ kind: 'bool', value })
export const real = (value: number): Attr => ({ kind: 'float', value })
