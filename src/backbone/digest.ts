import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { networkFile } from '../formats/folder.ts'
import { readShard, shardsOf } from '../formats/tfjs/shards.ts'

/** sha256 of a file's bytes, hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** sha256 of a TF.js graph model, hex: its `model.json`, then its shards in the manifest's order. */
export async function sha256OfTfjsModel(file: string): Promise<string> {
  const topology = await readFile(file)
  const hash = createHash('sha256').update(topology)
  const load = (name: string) => readFile(join(dirname(file), name))
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

/** sha256 of a network's weights as stored, hex: of a file, or of the network's file in a folder. */
export async function sha256OfNetwork(given: string): Promise<string> {
  const file = await networkFile(given)
  return file.endsWith('.json') ? sha256OfTfjsModel(file) : sha256OfFile(file)
}
