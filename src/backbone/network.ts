import { readFile, stat } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { findBottleneck } from '../graph/cut/bottleneck.ts'
import { cutGraph } from '../graph/cut/cut.ts'
import { decodingHead, scalesItself } from '../graph/cut/decoding-head.ts'
import { findInput } from '../graph/cut/input.ts'
import { type Graph, nodesByName, shapeAttr } from '../graph/graph.ts'
import { readGraphDef } from '../graph/graphdef/read.ts'
import { readTfjsModel } from '../graph/tfjs/read.ts'
import type { Recipe } from '../image/recipe.ts'
import type { Network } from './backbone.ts'
import { channelsOf } from './channels.ts'
import { stretched } from './entry.ts'

/** A network that was read, and what its graph tells of it. */
export interface OpenedNetwork {
  readonly network: Network
  /** Length of one bottleneck. */
  readonly features: number
  /** The graph's own input size and scaling where it says them; else 224 pixels, -1 to 1, as most networks have it. */
  readonly recipe: Recipe
}

export interface NodeNames {
  readonly input?: string | undefined
  readonly bottleneck?: string | undefined
}

/** Reads a network of any format and cuts it at its bottleneck: at the named nodes, else where its structure tells. */
export async function openNetwork(path: string, names: NodeNames): Promise<OpenedNetwork> {
  try {
    return describe(await readGraph(path), names)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { hint, code, cause } = error
    throw new UserError(code, `${path}: ${error.message}`, { ...(hint === undefined ? {} : { hint }), cause })
  }
}

function describe(graph: Graph, names: NodeNames): OpenedNetwork {
  const input = names.input ?? findInput(graph)
  const bottleneck = names.bottleneck ?? findBottleneck(graph, input)
  const cut = cutGraph(graph, { input, outputs: [bottleneck], bottleneck })
  return {
    network: { format: 'graph', graph: cut, input, bottleneck },
    features: channelsOf(cut, bottleneck),
    recipe: recipeOf(graph, input),
  }
}

function recipeOf(graph: Graph, input: string): Recipe {
  const head = decodingHead(graph)
  if (head?.input === input) return stretched(head.size ?? 299, head.mean, head.scale)
  const node = nodesByName(graph).get(input)
  // [n, height, width, 3] or [n, 3, height, width]
  const size = node && shapeAttr(node)?.[2]
  const usable = size !== undefined && size > 3 ? size : 224
  return scalesItself(graph, input) ? stretched(usable, 0, 1) : stretched(usable, 127.5, 127.5)
}

async function readGraph(path: string): Promise<Graph> {
  if ((await stat(path)).isDirectory() || path.endsWith('.json')) return readTfjsModel(path)
  const bytes = await readFile(path)
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new UserError('E_UNREADABLE', 'Archives are not opened yet.', {
      hint: 'Unpack it and give the .pb file inside.',
    })
  }
  if (path.endsWith('.onnx')) throw new UserError('E_UNREADABLE', 'ONNX files are not used as backbones yet.')
  return readGraphDef(bytes)
}
