import protobuf from 'protobufjs/minimal.js'
import { UserError } from '../../errors.ts'
import type { Graph } from '../../graph/graph.ts'
import { subEnd } from '../graphdef/attr.ts'
import { readGraph } from '../graphdef/read.ts'
import { notGraph } from '../limits.ts'
import { skip } from '../protobuf.ts'
import { META_GRAPH, SAVED_MODEL } from './schema.ts'

/**
 * Decodes the graph of a `saved_model.pb` whose weights are in it as constants.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/saved_model.proto
 *
 * @throws UserError E_NOT_A_GRAPH, E_NOT_FROZEN when its weights lie in the folder `variables`
 */
export function readSavedModel(bytes: Uint8Array): Graph {
  let graph: Graph | undefined
  try {
    const reader = protobuf.Reader.create(bytes)
    while (reader.pos < reader.len && graph === undefined) {
      const tag = reader.uint32()
      if (tag === SAVED_MODEL.metaGraphs) graph = readMetaGraph(reader, subEnd(reader, reader.len))
      else skip(reader, tag)
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw notGraph('saved_model.pb cannot be decoded', error)
  }
  if (graph === undefined) throw notGraph('saved_model.pb holds none')
  const elsewhere = graph.nodes.find(node =>
    /^(VarHandleOp|VariableV2|Variable|(Stateful)?PartitionedCall)$/.test(node.op),
  )
  if (elsewhere !== undefined) {
    throw new UserError('E_NOT_FROZEN', 'The SavedModel is not frozen: its weights are in the folder "variables".', {
      hint: 'Freeze it with TensorFlow (convert_variables_to_constants_v2), or convert it to a TF.js graph model.',
    })
  }
  return graph
}

function readMetaGraph(reader: protobuf.Reader, end: number): Graph | undefined {
  let graph: Graph | undefined
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === META_GRAPH.graphDef) graph = readGraph(reader, subEnd(reader, end))
    else skip(reader, tag)
  }
  return graph
}
