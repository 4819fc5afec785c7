import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../errors.ts'

/** sha256 of a file's bytes, hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** sha256 of a TF.js graph model, hex: `model.json`, then its shards in the manifest's order. */
export async function sha256OfTfjsModel(folder: string): Promise<string> {
  const path = join(folder, 'model.json')
  const topology = await readFile(path)
  const hash = createHash('sha256').update(topology)
  for (const shard of shardPaths(topology.toString(), path)) hash.update(await readFile(join(folder, shard)))
  return hash.digest('hex')
}

/**
 * The weight files that a `model.json` names, relative to it.
 *
 * @param path of the `model.json`, for the message
 */
export function shardPaths(modelJson: string, path: string): string[] {
  try {
    const { weightsManifest } = JSON.parse(modelJson) as { weightsManifest: { paths: string[] }[] }
    return weightsManifest.flatMap(group => group.paths)
  } catch (cause) {
    throw new UserError('E_BAD_GRAPH', `${path} is not a whole TF.js graph model.`, { cause })
  }
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

/** sha256 of a network's weights as stored, hex: a file, a TF.js model (its folder or `model.json`) or a SavedModel folder. */
export async function sha256OfNetwork(path: string): Promise<string> {
  if (basename(path) === 'model.json') return sha256OfTfjsModel(dirname(path))
  if (!(await stat(path)).isDirectory()) return sha256OfFile(path)
  const savedModel = join(path, 'saved_model.pb')
  return existsSync(savedModel) ? sha256OfFile(savedModel) : sha256OfTfjsModel(path)
}
