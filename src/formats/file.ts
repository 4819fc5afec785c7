import { lstat, open } from 'node:fs/promises'
import path from 'node:path'
import { readPlain } from '../disk/readPlain.ts'
import { systemCode, UserError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import { networkIn, unpack } from './archive/read.ts'
import { isTarHeader } from './archive/tar.ts'
import { networkFile, unreadable } from './folder.ts'
import { readGraphDef } from './graphdef/read.ts'
import { withExternalData } from './onnx/external.ts'
import { readSavedModel } from './savedmodel/read.ts'
import { formatOf } from './sniff.ts'
import { parseTfjsModel } from './tfjs/read.ts'

/** What a file of any format holds: a TensorFlow graph, or an ONNX model as it is. */
export type NetworkFile =
  | { readonly format: 'graph'; readonly graph: Graph }
  | { readonly format: 'onnx'; readonly bytes: Uint8Array }

/** Reads a part of a network of several files: a path relative to the first. */
type Load = (name: string) => Promise<Uint8Array>

/** What lies beside a network's file, and the same for a model whose names nobody vouches for. */
interface Beside {
  readonly load: Load
  readonly loadWeights: Load
}

/**
 * Reads a network of any format, told apart by content: a frozen GraphDef, a TF.js graph model (its folder or
 * model.json), a SavedModel folder, an ONNX model, each also gzipped or in a tar archive.
 *
 * @throws UserError E_NO_FILE, E_NOT_A_GRAPH, E_BAD_GRAPH, E_NOT_FROZEN, E_BAD_ARCHIVE
 */
export async function readNetworkFile(given: string): Promise<NetworkFile> {
  const file = await networkFile(given)
  try {
    const head = await firstBytes(file)
    const isCompressed = head[0] === 0x1f && head[1] === 0x8b
    if (!isCompressed && !isTarHeader(head)) return await decode(await readPlain(file), besides(file))
    const unpacked = await unpack(file, isCompressed)
    if ('file' in unpacked) return await decode(unpacked.file, besides(file))
    const name = networkIn(unpacked.files)
    const load: Load = async part => {
      const content = unpacked.files.get(path.posix.join(path.posix.dirname(name), part))
      if (content === undefined) throw new Error(`no ${part} in the archive`)
      return content
    }
    return await decode(unpacked.files.get(name)!, { load, loadWeights: orMissing(load) })
  } catch (error) {
    const code = systemCode(error)
    if (error instanceof UserError || code === undefined) throw error
    throw unreadable(file, error, code)
  }
}

async function decode(bytes: Buffer, { load, loadWeights }: Beside): Promise<NetworkFile> {
  switch (formatOf(bytes)) {
    case 'onnx':
      return { format: 'onnx', bytes: await withExternalData(bytes, loadWeights) }
    case 'saved-model':
      return { format: 'graph', graph: await readSavedModel(bytes, load) }
    case 'tfjs':
      return { format: 'graph', graph: await parseTfjsModel(bytes.toString('utf8'), load) }
    default:
      return { format: 'graph', graph: readGraphDef(bytes) }
  }
}

function besides(file: string): Beside {
  const load: Load = name => readPlain(path.join(path.dirname(file), name))
  return { load, loadWeights: name => loadPlain(path.dirname(file), name) }
}

/** A file of weights in the model's own folder: a link there could lead to anything on this machine. */
async function loadPlain(folder: string, name: string): Promise<Uint8Array> {
  const file = path.join(folder, name)
  const found = await lstat(file).catch(cause => missing(name, cause))
  if (found.isFile()) return readPlain(file).catch(cause => missing(name, cause))
  throw new UserError('E_BAD_GRAPH', `"${name}", where the ONNX model keeps its weights, is no plain file.`, {
    hint: 'Copy the file itself beside the model: a link is not followed.',
  })
}

function orMissing(load: Load): Load {
  return name => load(name).catch(cause => missing(name, cause))
}

function missing(name: string, cause: unknown): never {
  throw new UserError('E_BAD_GRAPH', `"${name}", where the ONNX model keeps its weights, can't be read.`, {
    hint: 'Put that file, which came with the model, beside it and under this name.',
    cause,
  })
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
