import { basename, dirname } from 'node:path'
import { readPlain } from '../disk/readPlain.ts'
import { UserError } from '../errors.ts'
import { once } from '../flow/once.ts'
import { filesOfWeights } from '../formats/onnx/external.ts'
import { shardsOf } from '../formats/tfjs/shards.ts'
import { shownAddress } from '../storage/address.ts'
import { printable } from '../text.ts'
import type { Backbone } from './backbone.ts'
import { described } from './descriptionCache.ts'
import { sha256OfNetwork, sha256OfPart } from './digest.ts'
import { type Downloaded, download } from './download.ts'
import { type FindOptions, recipeWith } from './options.ts'

/**
 * The backbone of a file or folder that the user brought. Only its graph tells how long its bottlenecks are, so it is
 * read at once the first time; what it said is kept.
 */
export async function backboneOfPath(
  found: { path: string; sha256?: string; name?: string },
  options: FindOptions,
): Promise<Backbone> {
  const { path } = found
  const { input, bottleneck, inputSize, layers, probe } = options
  const nodes = { input, bottleneck, inputSize, layers, ...(probe && { probe }) }
  const open = once(async () => (await import('./network.ts')).openNetwork(path, nodes))
  const whole = found.sha256 ?? (await sha256OfNetwork(path))
  const sha256 = input === undefined && bottleneck === undefined ? whole : sha256OfPart(whole, { input, bottleneck })
  const key = [sha256, inputSize, layers === 'many' ? layers : undefined].filter(part => part !== undefined).join('-')
  const said = await described(key, options.cacheFolder, open)
  const recipe = recipeWith(said.recipe, options)
  return {
    name: found.name ?? nameOf(path),
    sha256,
    recipe,
    features: said.features,
    inner: said.inner,
    found: {
      ...said.found,
      assumesSize: said.found.assumesSize && inputSize === undefined,
      assumesScaling: said.found.assumesScaling && options.mean === undefined && options.scale === undefined,
    },
    loadNetwork: once(async () => (await open()).networkFor(recipe)),
  }
}

/**
 * The network of an address: one file, a TF.js `model.json` with the shards beside it, or an ONNX model with its weights.
 *
 * @param sha256 what it must be; of several files, of all of them in turn
 */
export async function downloadedNetwork(
  address: string,
  sha256: string | undefined,
  options: FindOptions,
): Promise<Downloaded> {
  const settings = { ...options, onProgress: options.onDownload }
  const { pathname } = new URL(address)
  if (!/\.(json|onnx)$/i.test(pathname)) return download(address, sha256, settings)
  const first = await download(address, undefined, settings)
  const files = [first]
  const { path } = first
  const bytes = await readPlain(path)
  const beside = /\.onnx$/i.test(pathname) ? filesOfWeights(bytes) : shardsOf(bytes.toString('utf8'), path)
  for (const shard of beside) {
    const shardAddress = new URL(shard, address)
    // A model's files lie beside it; one that reaches elsewhere is not taken at its word.
    if (!shardAddress.href.startsWith(new URL('.', address).href)) {
      throw new UserError(
        'E_BAD_GRAPH',
        `${shownAddress(address)} names a file outside its own folder: "${printable(shard)}".`,
      )
    }
    shardAddress.search = new URL(address).search
    shardAddress.username = new URL(address).username
    shardAddress.password = new URL(address).password
    files.push(await download(shardAddress.href, undefined, settings))
  }
  const all = async (what: 'keep' | 'drop') => {
    for (const file of files) await file[what]()
  }
  return { path, sha256: await sha256OfNetwork(path), keep: () => all('keep'), drop: () => all('drop') }
}

/** Reads a downloaded network: only one that is a network is worth noting. */
export async function readDownloaded<T>({ keep, drop }: Pick<Downloaded, 'keep' | 'drop'>, read: () => Promise<T>) {
  try {
    const result = await read()
    await keep()
    return result
  } catch (error) {
    if (error instanceof UserError && NO_NETWORK.includes(error.code)) await drop()
    throw error
  }
}

const NO_NETWORK: readonly string[] = ['E_NOT_A_GRAPH', 'E_BAD_GRAPH', 'E_BAD_ARCHIVE', 'E_NOT_FROZEN']

/** The file's name without its ending; `model.json` and the like tell less than the folder they lie in. */
export function nameOf(path: string): string {
  const name = basename(path).replace(/(\.(pb|tar|tgz|gz|onnx|json))+$/, '')
  return name === 'model' || name === 'saved_model' ? basename(dirname(path)) || name : name
}
