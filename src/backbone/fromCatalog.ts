import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readPlain } from '../disk/readPlain.ts'
import { systemCode, UserError } from '../errors.ts'
import { once } from '../flow/once.ts'
import type { Backbone } from './backbone.ts'
import { sha256OfPart, sha256OfTfjsModel } from './digest.ts'
import { type Downloaded, recordedSha256 } from './download.ts'
import type { CatalogEntry } from './entry.ts'
import { downloadedNetwork, readDownloaded } from './fromFile.ts'
import { type FindOptions, recipeWith } from './options.ts'

/** `models/` of this package: the same from `src/` and from `dist/`. */
const MODELS = fileURLToPath(new URL('../../models/', import.meta.url))

/** A backbone of the catalog. Nothing is read or downloaded yet, unless its checksum or length is not known without. */
export async function backboneOfEntry(entry: CatalogEntry, options: FindOptions): Promise<Backbone> {
  const nodes = { input: options.input ?? entry.input, bottleneck: options.bottleneck ?? entry.bottleneck }
  const own = nodes.input === entry.input && nodes.bottleneck === entry.bottleneck
  const open = once(async () => {
    const { path, ...found } = await locate(entry, options)
    // Not before: a run whose bottlenecks are all cached has no use for the graph room.
    const { openNetwork } = await import('./network.ts')
    const read = () => openNetwork(path, { ...nodes, inputSize: options.inputSize, layers: options.layers })
    return 'keep' in found ? readDownloaded(found, read) : read()
  })
  const recipe = recipeWith(entry.recipe, options)
  const sha256 = await identityOf(entry, options)
  const { features, inner } = (own && lengthsOf(entry, options)) || (await open())
  return {
    name: entry.name,
    sha256: own ? sha256 : sha256OfPart(sha256, nodes),
    recipe,
    features,
    inner,
    loadNetwork: once(async () => (await open()).networkFor(recipe)),
  }
}

/** What the catalog tells of the bottleneck; undefined where only the network does. */
function lengthsOf({ features, inner }: CatalogEntry, { layers }: FindOptions) {
  if (layers !== 'many') return { features, inner: undefined }
  return inner && { features: inner.reduce((sum, length) => sum + length, features), inner }
}

async function identityOf(entry: CatalogEntry, options: FindOptions): Promise<string> {
  const { sha256, source } = entry
  const known = sha256 ?? (source.kind === 'download' ? await recordedSha256(source.address, options) : undefined)
  return known ?? (await locate(entry, options)).sha256
}

/** Where an entry's network lies on this machine, verified. */
async function locate(
  { source, sha256 }: CatalogEntry,
  options: FindOptions,
): Promise<Downloaded | { path: string; sha256: string }> {
  if (source.kind === 'download') return downloadedNetwork(source.address, sha256, options)
  return verifiedBundle(join(MODELS, source.folder), sha256 ?? '')
}

/**
 * @throws UserError when the folder does not hold what this version of the package was published with
 * @internal for tests: a damaged copy of what the package has
 */
export async function verifiedBundle(folder: string, sha256: string): Promise<{ path: string; sha256: string }> {
  let hint = 'Install the package again.'
  try {
    const actual = await sha256OfTfjsModel(join(folder, 'model.json'))
    if (actual === sha256) return { path: folder, sha256 }
  } catch (cause) {
    if ([cause, (cause as Error).cause].some(error => systemCode(error) === 'ENOENT')) {
      throw new UserError('E_DAMAGED', `The bundled network ${folder} is incomplete.`, { hint, cause })
    }
    if (!(cause instanceof UserError)) throw cause
  }
  if (await hasCarriageReturns(join(folder, 'model.json'))) {
    hint = 'Git has put carriage returns (CRLF) into its text files: git config core.autocrlf false, then clone again.'
  }
  throw new UserError('E_DAMAGED', `The bundled network ${folder} is damaged: its checksum is wrong.`, { hint })
}

/** As Git for Windows and editors leave it; what was published has none. */
async function hasCarriageReturns(path: string): Promise<boolean> {
  return readPlain(path).then(
    bytes => bytes.includes('\r\n'),
    () => false,
  )
}
