import { createHash } from 'node:crypto'
import { createReadStream, lstatSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readPlain } from '../disk/readPlain.ts'
import { networkFile } from '../formats/folder.ts'
import { filesOfWeights } from '../formats/onnx/external.ts'
import { readShard, shardsOf } from '../formats/tfjs/shards.ts'

/** sha256 of a file's bytes, hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** sha256 of a TF.js graph model, hex: its `model.json`, then its shards in the manifest's order. */
export async function sha256OfTfjsModel(file: string): Promise<string> {
  const topology = await readPlain(file)
  const hash = createHash('sha256').update(topology)
  const load = (name: string) => readPlain(join(dirname(file), name))
  for (const shard of shardsOf(topology.toString(), file)) hash.update(await readShard(load, shard))
  return hash.digest('hex')
}

/** Another input or output makes another network of the same weights: its identity, hex. */
export function sha256OfPart(
  sha256: string,
  nodes: { input?: string | undefined; bottleneck?: string | undefined },
): string {
  return createHash('sha256')
    .update(JSON.stringify([sha256, nodes.input, nodes.bottleneck]))
    .digest('hex')
}

/** sha256 of a network's weights as stored, hex: of a file, or of the network's file in a folder and those beside it. */
export async function sha256OfNetwork(given: string): Promise<string> {
  const file = await networkFile(given)
  if (file.endsWith('.json')) return sha256OfTfjsModel(file)
  const own = await sha256OfFile(file)
  const beside = await filesBeside(file)
  if (beside.length === 0) return own
  const hash = createHash('sha256').update(own)
  for (const path of beside) hash.update(await sha256OfFile(path))
  return hash.digest('hex')
}

/** The files that hold the weights of a network whose own file does not: a SavedModel's `variables/`, an ONNX model's data. */
async function filesBeside(file: string): Promise<string[]> {
  if (/\.onnx$/i.test(file)) {
    const beside = filesOfWeights(await readPlain(file)).map(name => join(dirname(file), name))
    return beside.filter(path => lstatSync(path, { throwIfNoEntry: false })?.isFile()) // what is missing, the reader says
  }
  if (basename(file) !== 'saved_model.pb') return []
  const folder = join(dirname(file), 'variables')
  const names = await readdir(folder).catch(() => [])
  return names.sort().map(name => join(folder, name))
}
