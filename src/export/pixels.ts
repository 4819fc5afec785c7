import { constNode, dtypeAttr, type Graph, type GraphNode, placeholderNode, shapeAttr } from '../graph/graph.ts'
import { floatTensor, intTensor } from '../graph/tensor.ts'
import type { Recipe } from '../image/recipe.ts'
import { inputName } from '../model/graph.ts'

/** An input that takes pictures with values 0 to 255, [n, size, size, 3]. */
export interface PixelInput {
  /** `pixels`, `pixels_1`, … */
  readonly name: string
  readonly recipe: Recipe
  /** The backbones that it feeds, by place: those that look at a picture of the same size, fitted the same way. */
  readonly places: readonly number[]
}

/** The inputs that a model with these backbones needs. */
export function pixelInputs(recipes: readonly Recipe[]): PixelInput[] {
  const places = new Map<string, number[]>()
  for (const [place, { size, resize, mean }] of recipes.entries()) {
    const look = JSON.stringify([size, resize, resize === 'pad' ? mean : undefined]) // the mean is what fills up
    places.set(look, [...(places.get(look) ?? []), place])
  }
  return [...places.values()].map((group, index) => ({
    name: index === 0 ? 'pixels' : `pixels_${index}`,
    recipe: recipes[group[0]!]!,
    places: group,
  }))
}

/**
 * The same graph fed with pixels instead of prepared floats: it scales them itself, so that whoever runs it need not know
 * how. Each `input` stays as a node, after that scaling.
 */
export function withPixels(graph: Graph, recipes: readonly Recipe[], dtype: 'uint8' | 'float32'): Graph {
  const added: GraphNode[] = []
  const scalings = new Map<string, GraphNode[]>()
  const byName = new Map(graph.nodes.map(node => [node.name, node]))
  for (const { name, recipe, places } of pixelInputs(recipes)) {
    const { size } = recipe
    added.push(placeholderNode(name, dtype, [-1, size, size, 3]))
    if (dtype === 'uint8') added.push(op(`${name}/floats`, 'Cast', [name], CAST))
    for (const place of places) {
      const input = byName.get(inputName(place))!
      scalings.set(input.name, scaling(input, recipes[place]!, dtype === 'uint8' ? `${name}/floats` : name))
    }
  }
  return { ...graph, nodes: [...added, ...graph.nodes.flatMap(node => scalings.get(node.name) ?? [node])] }
}

const T = { T: dtypeAttr('float32') }
const CAST: GraphNode['attrs'] = {
  SrcT: dtypeAttr('uint8'),
  DstT: dtypeAttr('float32'),
  Truncate: { kind: 'bool', value: false },
}

function op(name: string, kind: string, inputs: string[], attrs: GraphNode['attrs'] = T): GraphNode {
  return { name, op: kind, inputs, attrs }
}

/** From `pixels`, floats of 0 to 255, to what the placeholder `input` took, under its name. */
function scaling({ name, ...input }: GraphNode, { mean, scale }: Recipe, pixels: string): GraphNode[] {
  const shape = shapeAttr({ name, ...input })
  const channelsFirst = shape?.length === 4 && shape[1] === 3 && shape[3] !== 3
  const scaled = channelsFirst ? `${name}/scaled` : name
  const nodes = [
    constNode(`${name}/mean`, floatTensor([3], mean)),
    op(`${name}/centred`, 'Sub', [pixels, `${name}/mean`]),
    constNode(`${name}/scale`, floatTensor([3], scale)),
    op(scaled, 'RealDiv', [`${name}/centred`, `${name}/scale`]),
  ]
  if (!channelsFirst) return nodes
  const perm = constNode(`${name}/perm`, intTensor([4], [0, 3, 1, 2]))
  return [...nodes, perm, op(name, 'Transpose', [scaled, perm.name], { ...T, Tperm: dtypeAttr('int32') })]
}

/** What formats with room for it carry along, so that nobody has to know how pictures are prepared. */
export function describeInputs(recipes: readonly Recipe[]): object {
  const values = '0 to 255; the model scales them itself'
  const inputs = pixelInputs(recipes)
  return Object.fromEntries(
    inputs.map(({ name, recipe: { size, resize } }) => [name, { size, resize, channels: 'RGB', values }]),
  )
}
