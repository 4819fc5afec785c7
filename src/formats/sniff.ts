import protobuf from 'protobufjs/minimal.js'
import { foreignKind } from './foreign.ts'
import { GRAPH_DEF } from './graphdef/schema.ts'
import { notGraph } from './limits.ts'
import { MODEL } from './onnx/schema.ts'
import { skip } from './protobuf.ts'
import { SAVED_MODEL } from './savedmodel/schema.ts'

export type NetworkFormat = 'graphdef' | 'saved-model' | 'onnx' | 'tfjs'

const TEXT: readonly [RegExp, string][] = [
  [/^<[!?a-z]/i, 'it is a web page: the download went wrong'],
  [/^(node|versions|library)\s*[{:]/, 'it is one in text form'],
]

/**
 * What a file holds, by its content. The three protobuf messages differ in the fields they begin with: a GraphDef in nodes
 * (1, bytes), a SavedModel in a version (1, number) and graphs (2), an ONNX ModelProto in a version and, later, field 7.
 *
 * @throws UserError E_NOT_A_GRAPH for files of well-known other kinds
 */
export function formatOf(bytes: Buffer): NetworkFormat {
  const head = bytes.subarray(0, 64).toString('latin1')
  // A GraphDef begins with a line feed and any byte, so one could be taken for JSON but for the bytes that follow.
  if (isText(head)) {
    const text = head.replace(/^\xef\xbb\xbf/, '').trimStart()
    if (text.startsWith('{')) return 'tfjs'
    const other = TEXT.find(([pattern]) => pattern.test(text))
    if (other !== undefined) throw notGraph(other[1])
  }
  const other = foreignKind(head)
  if (other !== undefined) throw notGraph(`it is ${other.what}`, undefined, other.remedy)
  if (isOnnx(bytes)) return 'onnx'
  return bytes[0] === SAVED_MODEL.schemaVersion ? 'saved-model' : 'graphdef'
}

function isText(head: string): boolean {
  for (let i = 0; i < head.length; i++) {
    const code = head.charCodeAt(i)
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) return false
  }
  return true
}

/** Walks the outermost fields only: their lengths lead from one to the next, so that this costs nothing. */
function isOnnx(bytes: Buffer): boolean {
  try {
    const reader = protobuf.Reader.create(bytes)
    for (let fields = 0; reader.pos < reader.len && fields < 64; fields++) {
      const tag = reader.uint32()
      if (tag === MODEL.graph) return true
      // A GraphDef's field 1 is a node; a ModelProto's is a number.
      if (tag === GRAPH_DEF.node) return false
      skip(reader, tag)
    }
  } catch {
    return false
  }
  return false
}
