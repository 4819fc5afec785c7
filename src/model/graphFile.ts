import { createHash, type Hash } from 'node:crypto'
import type { Backbone, Network } from '../backbone/backbone.ts'
import { keptOrMade } from '../backbone/kept.ts'
import { readPlain } from '../disk/readPlain.ts'
import { UserError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import type { Head } from '../head/head.ts'
import * as is from '../schema.ts'
import { quoted } from '../text.ts'
import { headNodes, joinBackbones } from './graph.ts'
import type { Layout } from './layout.ts'
import type { Manifest, ModelBackbone, ModelGraph } from './manifest.ts'
import type { StoredModel } from './stored.ts'

/** `retrained_graph.pb` as it is to be written, with what the manifest says of it. */
export interface GraphFile {
  readonly entry: ModelGraph
  /** In turn, since joining them would copy it all; undefined where there is no such file, or it is the same already. */
  readonly parts: readonly Uint8Array[] | undefined
}

/** The backbones' part of `retrained_graph.pb`, or in words why there is no such file. */
export type GraphStart =
  | {
      readonly prefix: Uint8Array
      /** Of the prefix; copied before it is gone on with. */
      readonly hash: Hash
      readonly bottlenecks: readonly string[]
    }
  | { readonly without: string }

/** What is kept of graphs: its number is raised whenever that changes. */
const GRAPH_START = 'graph 1'

/** What is written of the backbones, whatever the head. */
export async function graphStart(backbones: readonly Backbone[]): Promise<GraphStart> {
  const { buffer, byteOffset, length } = await keptOrMade(GRAPH_START, backbones, () => startBytes(backbones))
  const bytes = Buffer.from(buffer, byteOffset, length)
  const end = bytes.indexOf('\n')
  const told: unknown = JSON.parse(bytes.toString('utf8', 0, end))
  if (!is.fits<StartHead>(START_HEAD, told)) throw new Error('What is kept of a graph is not as it was written.') // its checksum held
  if ('without' in told) return told
  const prefix = bytes.subarray(end + 1)
  return { prefix, hash: createHash('sha256').update(prefix), ...told }
}

type StartHead = { readonly bottlenecks: readonly string[] } | { readonly without: string }

const START_HEAD = is.union([is.looseObject({ bottlenecks: is.array(is.name) }), is.looseObject({ without: is.text })])

/** A line of JSON that tells of the graph, and the graph. */
async function startBytes(backbones: readonly Backbone[]): Promise<Uint8Array> {
  const networks = await Promise.all(backbones.map(backbone => backbone.loadNetwork()))
  const foreign = networks.findIndex(({ format }) => format === 'onnx')
  const line = (head: StartHead) => Buffer.from(`${JSON.stringify(head)}\n`)
  if (foreign >= 0) return line({ without: `${backbones[foreign]!.name} is an ONNX file, not a TensorFlow graph` })
  const { writeGraphDef } = await import('../formats/graphdef/write.ts')
  const { graph, bottlenecks } = joinBackbones(networks.filter(isGraph))
  return Buffer.concat([line({ bottlenecks }), writeGraphDef(graph)])
}

/**
 * The model as one GraphDef: the backbones' nodes, then the head's. A message that follows another of its kind is merged
 * into it, list after list (https://protobuf.dev/programming-guides/encoding/#last-one-wins), so that a new head behind
 * the same backbones needs their bytes only, which the file of the previous model begins with.
 *
 * @param stored the new model's backbones
 * @param previous of the model that is there; its file is used only when it still is what it says
 * @param begun where that was made ahead
 */
export async function graphFile(
  layout: Layout,
  backbones: readonly Backbone[],
  stored: readonly ModelBackbone[],
  head: Head,
  previous: Manifest | undefined,
  begun?: GraphStart,
): Promise<GraphFile> {
  const old = sameFiles(previous?.backbones, stored) ? previous?.graph : undefined
  if (old && 'without' in old) return { entry: old, parts: undefined }
  const { writeGraphDefNodes } = await import('../formats/graphdef/write.ts')
  const features = stored.map(backbone => backbone.features)
  const headBytes = (bottlenecks: readonly string[]) => writeGraphDefNodes(headNodes(bottlenecks, features, head))
  const present = old && (await readPresent(layout.graph, old))
  if (old && present) {
    const tail = headBytes(old.bottlenecks)
    const { bytes: length } = old.backbones
    const same = tail.length === present.bytes.length - length && present.bytes.subarray(length).equals(tail)
    const prefix = present.bytes.subarray(0, length)
    const sha256 = hashed(present.hash, tail)
    return {
      entry: { sha256, backbones: old.backbones, bottlenecks: old.bottlenecks },
      parts: same ? undefined : [prefix, tail],
    }
  }
  const start = begun ?? (await graphStart(backbones))
  if ('without' in start) return { entry: { without: start.without }, parts: undefined }
  const { prefix, hash, bottlenecks } = start
  const tail = headBytes(bottlenecks)
  return {
    entry: {
      sha256: hashed(hash.copy(), tail),
      backbones: { bytes: prefix.length, sha256: hash.copy().digest('hex') },
      bottlenecks,
    },
    parts: [prefix, tail],
  }
}

function isGraph(network: Network): network is Extract<Network, { format: 'graph' }> {
  return network.format === 'graph'
}

function sameFiles(before: readonly ModelBackbone[] | undefined, now: readonly ModelBackbone[]): boolean {
  return before?.length === now.length && now.every(({ sha256 }, place) => before[place]!.sha256 === sha256)
}

/** The file that is there, and the hash of its backbones' bytes; undefined when they are not those. */
async function readPresent(
  path: string,
  { backbones }: Exclude<ModelGraph, { without: string }>,
): Promise<{ bytes: Buffer; hash: Hash } | undefined> {
  let bytes: Buffer
  try {
    bytes = await readPlain(path)
  } catch {
    return undefined
  }
  const hash = createHash('sha256').update(bytes.subarray(0, backbones.bytes))
  return hash.copy().digest('hex') === backbones.sha256 ? { bytes, hash } : undefined
}

function hashed(hash: Hash, bytes: Uint8Array): string {
  return hash.update(bytes).digest('hex')
}

/**
 * The graph of a model's `retrained_graph.pb`; undefined when the file is not there or is another's.
 * @internal for tests: a graph that somebody changed
 */
export async function readGraphFile(layout: Layout, { graph }: Manifest): Promise<Graph | undefined> {
  if (!graph || 'without' in graph) return undefined
  const present = await readPresent(layout.graph, graph)
  if (!present || hashed(present.hash, present.bytes.subarray(graph.backbones.bytes)) !== graph.sha256) return undefined
  const { readGraphDef } = await import('../formats/graphdef/read.ts')
  return readGraphDef(present.bytes)
}

/**
 * A model as one graph: inputs as `inputName` says, output `final_result`.
 *
 * @throws UserError `E_NO_GRAPH` when its backbone never was one, or its file is not there any more
 */
export async function modelGraph(layout: Layout, { manifest, backbones, head }: StoredModel): Promise<Graph> {
  const stored = await readGraphFile(layout, manifest)
  if (stored) return stored
  const networks = await Promise.all(backbones.map(backbone => backbone.loadNetwork()))
  if (networks.every(isGraph)) {
    const { graph, bottlenecks } = joinBackbones(networks)
    const features = backbones.map(backbone => backbone.features)
    return { ...graph, nodes: [...graph.nodes, ...headNodes(bottlenecks, features, head)] }
  }
  if (manifest.graph && 'without' in manifest.graph) {
    throw new UserError('E_NO_GRAPH', `There is no TensorFlow graph of this model: ${manifest.graph.without}.`, {
      hint: 'Export it with --format onnx.',
    })
  }
  throw new UserError('E_NO_GRAPH', `${layout.graph} is not there, or not of this model any more.`, {
    hint: `Train again, which is quick with what is cached: itc train ${quoted(layout.root)}`,
  })
}
