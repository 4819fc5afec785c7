import protobuf from 'protobufjs/minimal.js'
import { UserError } from '../../errors.ts'
import { subEnd } from '../graphdef/attr.ts'
import { type GraphWithFunctions, readGraph } from '../graphdef/read.ts'
import { MAP_ENTRY } from '../graphdef/schema.ts'
import { notGraph } from '../limits.ts'
import { skip } from '../protobuf.ts'
import { META_GRAPH, META_INFO, SAVED_MODEL, SIGNATURE_DEF, TENSOR_INFO } from './schema.ts'

/** One graph of a SavedModel, with what callers may ask it for. */
export interface MetaGraph {
  readonly graph: GraphWithFunctions
  /** Such as "serve", "train". */
  readonly tags: readonly string[]
  /** References to each signature's outputs, such as `StatefulPartitionedCall:0`. */
  readonly signatures: ReadonlyMap<string, readonly string[]>
}

/**
 * Decodes a `saved_model.pb`: the graph for serving, else the first.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/saved_model.proto
 *
 * @throws UserError E_NOT_A_GRAPH, E_BAD_GRAPH
 */
export function readServing(bytes: Uint8Array): MetaGraph {
  const found: MetaGraph[] = []
  try {
    const reader = protobuf.Reader.create(bytes)
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (tag === SAVED_MODEL.metaGraphs) found.push(...readMetaGraph(reader, subEnd(reader, reader.len)))
      else skip(reader, tag)
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw notGraph('saved_model.pb cannot be decoded', error)
  }
  const chosen = found.find(({ tags }) => tags.includes('serve')) ?? found[0]
  if (chosen === undefined) throw notGraph('saved_model.pb holds none')
  return chosen
}

function readMetaGraph(reader: protobuf.Reader, end: number): MetaGraph[] {
  let graph: GraphWithFunctions | undefined
  let tags: string[] = []
  const signatures = new Map<string, readonly string[]>()
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === META_GRAPH.graphDef) graph = readGraph(reader, subEnd(reader, end))
    else if (tag === META_GRAPH.metaInfo) tags = strings(reader, subEnd(reader, end), META_INFO.tags)
    else if (tag === META_GRAPH.signatureDef) {
      const [name, outputs] = entry(reader, subEnd(reader, end), readOutputs)
      signatures.set(name, outputs ?? [])
    } else skip(reader, tag)
  }
  return graph === undefined ? [] : [{ graph, tags, signatures }]
}

/** Every string of one field. */
function strings(reader: protobuf.Reader, end: number, field: number): string[] {
  const found: string[] = []
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === field) found.push(reader.string())
    else skip(reader, tag)
  }
  return found
}

/** An entry of a map from names to messages. */
function entry<T>(
  reader: protobuf.Reader,
  end: number,
  read: (reader: protobuf.Reader, end: number) => T,
): [name: string, value: T | undefined] {
  let name = ''
  let value: T | undefined
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === MAP_ENTRY.key) name = reader.string()
    else if (tag === MAP_ENTRY.value) value = read(reader, subEnd(reader, end))
    else skip(reader, tag)
  }
  return [name, value]
}

/** A SignatureDef's outputs. */
function readOutputs(reader: protobuf.Reader, end: number): string[] {
  const outputs: string[] = []
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag !== SIGNATURE_DEF.outputs) skip(reader, tag)
    else {
      const [, names] = entry(reader, subEnd(reader, end), (info, infoEnd) => strings(info, infoEnd, TENSOR_INFO.name))
      outputs.push(...(names ?? []))
    }
  }
  return outputs
}
