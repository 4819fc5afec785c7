import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Backbone, GraphNetwork } from '../backbone/backbone.ts'
import { sha256OfPart } from '../backbone/digest.ts'
import { checkedSide, recipeHints } from '../backbone/readNetwork.ts'
import { readPlain } from '../disk/readPlain.ts'
import { systemCode, UserError } from '../errors.ts'
import { readGraphDef } from '../formats/graphdef/read.ts'
import { cutGraph } from '../graph/cut/cut.ts'
import { ownScaling } from '../graph/cut/decodingHead.ts'
import { findInput } from '../graph/cut/input.ts'
import type { Graph } from '../graph/graph.ts'
import type { Head } from '../head/head.ts'
import type { Recipe } from '../image/recipe.ts'
import { labelsOf } from './labelsFile.ts'
import type { Manifest } from './manifest.ts'
import type { OldFiles } from './oldFiles.ts'
import { denseEnd } from './oldHead.ts'
import type { StoredModel } from './stored.ts'

/** What retrain.py used where its graph does not tell: its MobileNets take 224 pixels, -1 to 1. */
const USUAL = { size: 224, mean: 127.5, scale: 127.5 }

/**
 * Reads a model that TensorFlow's retrain.py left: a graph and its labels, and nothing that says
 * how pictures are prepared. Its graph does: the Inception of 2015 begins by scaling the picture itself, a MobileNet has the
 * size in its placeholder.
 *
 * @throws UserError E_NOT_A_GRAPH, E_BAD_GRAPH, E_NO_INPUT, E_INPUTS; E_OLD_MODEL when it does not end as retrain.py's do or
 *   its labels do not fit
 */
export async function readOldModel(files: OldFiles): Promise<StoredModel> {
  return withPath(files.graph, async () => {
    const bytes = await readPlain(files.graph)
    const graph = readGraphDef(bytes)
    return storedOf(graph, head => readLabels(files, head), {
      name: basename(files.graph, '.pb'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      file: files.graph,
      labelsFile: files.labels,
      recipe: recipeOf(graph, findInput(graph)),
    })
  })
}

/** What there is to know of another tool's model besides its graph. */
interface About {
  readonly name: string
  readonly sha256: string
  readonly file: string
  readonly labelsFile: string
  readonly recipe: Recipe
}

/** A model of a graph that ends with a dense layer and a softmax. @throws UserError E_OLD_MODEL */
export async function storedOf(
  graph: Graph,
  labelsFor: (head: Head) => readonly string[] | Promise<readonly string[]>,
  { name, sha256, file, labelsFile, recipe }: About,
): Promise<StoredModel> {
  const { bottleneck, head } = denseEnd(graph)
  const labels = await labelsFor(head)
  if (labels.length !== head.categories) {
    const message = `${labelsFile} has ${labels.length} labels, but ${file} has ${head.categories} categories.`
    throw new UserError('E_OLD_MODEL', message, {
      hint: 'Both must be of the same training: put back the file that belongs to the other, or train again.',
    })
  }
  const input = findInput(graph)
  const network: GraphNetwork = {
    format: 'graph',
    graph: cutGraph(graph, { input, outputs: [bottleneck] }),
    input,
    bottleneck,
  }
  const found = { name, sha256, recipe, features: head.width, loadNetwork: async () => network }
  // The same file may be brought as a network, and be cut elsewhere then.
  const backbone: Backbone = { ...found, sha256: sha256OfPart(sha256, { input, bottleneck }) }
  return { manifest: manifestOf(labels, found, basename(file)), backbones: [backbone], head, familiarity: undefined }
}

/** Puts the file's path before what is said of it. */
export async function withPath<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof UserError) || error.message.includes(path)) throw error
    const { code, cause } = error
    const hint = code === 'E_INPUTS' ? ONE_INPUT : error.hint
    throw new UserError(code, `${path}: ${error.message}`, { ...(hint === undefined ? {} : { hint }), cause })
  }
}

/** Nothing that names pictures has the flags of a network to train on. */
const ONE_INPUT =
  'As a model a graph is read that has one input, for pictures. Of networks joined by itc, give the folder that was trained.'

function recipeOf(graph: Graph, input: string): Recipe {
  const hints = recipeHints(graph, input)
  const { size, mean, scale } = { ...USUAL, ...hints }
  const own = hints.scale === 1 ? ownScaling(graph, input) : undefined
  // retrain.py of 2018 took modules of TensorFlow Hub, which all take 0 to 1.
  const factor = own && own.scale <= 2 ? 255 : scale
  return { size: checkedSide(size), resize: 'stretch', mean: [mean, mean, mean], scale: [factor, factor, factor] }
}

async function readLabels({ labels: path, graph }: OldFiles, head: Head): Promise<string[]> {
  const bytes = await readPlain(path).catch((cause: unknown) => {
    const problem = systemCode(cause) === 'ENOENT' ? 'is not there' : `can't be read (${systemCode(cause)})`
    throw new UserError('E_OLD_MODEL', `${graph} has ${head.categories} categories, but ${path} ${problem}.`, {
      hint: 'Put the labels there that came with the graph, one a line and in their order.',
      cause,
    })
  })
  return labelsOf(bytes)
}

/** Nothing is known of how it was trained. */
function manifestOf(labels: readonly string[], { name, sha256, features, recipe }: Backbone, file: string): Manifest {
  const categories = Object.fromEntries(labels.map(label => [label, 0]))
  return {
    format: 0,
    itc: 'retrain.py',
    labels,
    backbones: [{ name, weightsSha256: sha256, features, recipe, file, sha256 }],
    head: { file, sha256 },
    engine: 'tensorflow',
    options: { steps: 0, batch: 0, learningRate: 0, seed: 0, folds: 0, validation: 0, test: 0 },
    counts: { train: 0, validation: 0, test: 0, skipped: 0, categories },
    metrics: {},
    temperature: 1,
    skipped: [],
  }
}
