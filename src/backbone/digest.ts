import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** sha256 of a file's bytes, hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** sha256 of a TF.js graph model, hex: `model.json`, then its shards in the manifest's order. */
export async function sha256OfTfjsModel(folder: string): Promise<string> {
  const topology = await readFile(join(folder, 'model.json'))
  const hash = createHash('sha256').update(topology)
  for (const shard of shardPaths(topology.toString())) hash.update(await readFile(join(folder, shard)))
  return hash.digest('hex')
}

/** The weight files that a `model.json` names, relative to it. */
export function shardPaths(modelJson: string): string[] {
  const { weightsManifest } = JSON.parse(modelJson) as { weightsManifest?: { paths?: string[] }[] }
  return (weightsManifest ?? []).flatMap(group => group.paths ?? [])
}
