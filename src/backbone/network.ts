import { basename } from 'node:path'
import { wrapOnnx } from '../compile/wrap.ts'
import { UserError } from '../errors.ts'
import type { Recipe } from '../image/recipe.ts'
import type { Found, Network } from './backbone.ts'
import { stretched } from './entry.ts'
import type { Probe } from './options.ts'
import { type NetworkOptions, type ReadNetwork, readNetwork } from './readNetwork.ts'

/** A network that was read, and what it tells of itself. */
export interface OpenedNetwork {
  /** Makes it ready for a recipe: an ONNX model has it inside. */
  readonly networkFor: (recipe: Recipe) => Network
  /** Length of one bottleneck, inner layers included. */
  readonly features: number
  readonly inner: readonly number[] | undefined
  /** The network's own input size and scaling where it says them; else 224 pixels, -1 to 1, as most networks have it. */
  readonly recipe: Recipe
  readonly found: Found
}

/** Reads a network of any format and cuts it at its bottleneck: at the named nodes, else where its structure tells. */
export async function openNetwork(path: string, options: NetworkOptions & { probe?: Probe }): Promise<OpenedNetwork> {
  try {
    const read = await readNetwork(path, options)
    const { size = 224, mean = 127.5, scale = 127.5 } = read.hints
    const recipe = stretched(size, mean, scale)
    const lengths = await lengthsOf(read, { ...recipe, size: options.inputSize ?? size }, path, options.probe)
    const found = {
      input: read.input,
      bottleneck: read.last,
      assumesSize: read.hints.size === undefined,
      assumesScaling: read.hints.mean === undefined,
    }
    return { networkFor: wanted => networkOf(lengths.read, wanted), ...lengths, recipe, found }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { hint, code, cause } = error
    throw new UserError(code, `${path}: ${error.message}`, { ...(hint === undefined ? {} : { hint }), cause })
  }
}

function networkOf(read: ReadNetwork, recipe: Recipe): Network {
  const { input, bottleneck, taps } = read
  if (read.format === 'graph') return { format: 'graph', graph: read.graph, isCut: true, input, bottleneck }
  return { format: 'onnx', bytes: wrapOnnx(read.bytes, recipe, { input, bottleneck, ...(taps && { taps }) }) }
}

/** How long a bottleneck is, and of what. Inner layers of an ONNX model that can't be run with them are left out. */
async function lengthsOf(
  read: ReadNetwork,
  recipe: Recipe,
  path: string,
  probe?: Probe,
): Promise<Pick<OpenedNetwork, 'features' | 'inner'> & { readonly read: ReadNetwork }> {
  const { taps = [], features: expected } = read
  if (taps.length > 0 && probe) {
    const features = await lengthOf(read, recipe, path, probe).catch(() => undefined)
    if (features === expected && features !== undefined) return { read, features, inner: read.inner }
    const without = { ...read, taps: [], inner: [] }
    return { read: without, features: await lengthOf(without, recipe, path, probe), inner: [] }
  }
  return { read, features: await lengthOf(read, recipe, path, probe), inner: read.inner }
}

async function lengthOf(read: ReadNetwork, recipe: Recipe, path: string, probe?: Probe): Promise<number> {
  const network = networkOf(read, recipe)
  if (network.format === 'onnx' && probe) return probe(network.bytes, recipe.size, basename(path))
  const { features, bottleneck } = read
  if (features !== undefined && features > 0) return features
  throw new UserError('E_NO_LENGTH', `How many features "${bottleneck}" gives can't be told from the model.`, {
    hint: 'Name another node with --bottleneck NODE: best the global average pooling.',
  })
}
