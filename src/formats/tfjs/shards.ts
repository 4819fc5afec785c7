import path from 'node:path'
import { UserError } from '../../errors.ts'
import { array, fits, looseObject, text } from '../../schema.ts'
import { damaged } from '../limits.ts'

interface Shards {
  readonly weightsManifest: readonly { readonly paths: string[] }[]
}

const shardsSchema = looseObject({ weightsManifest: array(looseObject({ paths: array(text) })) })

/**
 * The weight files that a `model.json` names, as it names them: relative to it.
 *
 * @param file the path of the `model.json`, for the message
 * @throws UserError E_BAD_GRAPH
 */
export function shardsOf(json: string, file: string): string[] {
  let shards: string[]
  try {
    const model: unknown = JSON.parse(json)
    if (!fits<Shards>(shardsSchema, model)) throw new Error('it names no weights')
    shards = model.weightsManifest.flatMap(group => group.paths)
  } catch (cause) {
    throw new UserError('E_BAD_GRAPH', `${file} is not a whole TF.js graph model.`, { cause })
  }
  return shards
}

/**
 * Reads one of them.
 *
 * @param load takes a path relative to the `model.json`
 * @throws UserError E_BAD_GRAPH when it lies elsewhere or cannot be read
 */
export async function readShard(load: (name: string) => Promise<Uint8Array>, shard: string): Promise<Uint8Array> {
  const name = decoded(shard)
  if (path.isAbsolute(name) || name.split(/[\\/]/).includes('..')) {
    throw damaged(`model.json names weights outside its own folder, "${name}"`)
  }
  try {
    return await load(name)
  } catch (cause) {
    throw new UserError('E_BAD_GRAPH', `The weights "${name}" that model.json names cannot be read.`, {
      hint: 'A TF.js model is model.json and all the .bin files that came with it, in one folder.',
      cause,
    })
  }
}

/** Names are parts of addresses; what is no such part is taken as it is. */
function decoded(shard: string): string {
  try {
    return decodeURIComponent(shard)
  } catch {
    return shard
  }
}
