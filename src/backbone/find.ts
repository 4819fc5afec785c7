import { existsSync } from 'node:fs'
import { UserError, unexpected } from '../errors.ts'
import { isWebAddress, withoutSecrets } from '../storage/address.ts'
import type { Backbone } from './backbone.ts'
import { catalogEntry } from './catalog.ts'
import { backboneOfEntry } from './fromCatalog.ts'
import { backboneOfPath, downloadedNetwork, nameOf, readDownloaded } from './fromFile.ts'
import { unknownBackbone } from './names.ts'
import { checkInputSize, type FindOptions } from './options.ts'

/**
 * The backbones of a specification: one, or several joined by `+`, whose features are then used side by side.
 *
 * @throws UserError for an unknown name, a bad option, a damaged or missing file
 */
export async function findBackbones(spec: string, options: FindOptions = {}): Promise<Backbone[]> {
  const parts = splitSpec(spec)
  const single =
    parts.length > 1 && (['mean', 'scale', 'input', 'bottleneck'] as const).find(name => options[name] !== undefined)
  if (single) throw new UserError('E_BAD_VALUE', `--${single} can't be used with several backbones: it belongs to one.`)
  const backbones = await Promise.all(parts.map(part => findBackbone(part, options)))
  const repeated = backbones.find((one, at) => backbones.findIndex(({ sha256 }) => sha256 === one.sha256) < at)
  if (repeated) throw new UserError('E_BAD_VALUE', `"${withoutSecrets(spec)}" names ${repeated.name} twice.`)
  return backbones
}

/**
 * The backbone of a name in the catalog, a path or an address. Named ones are not read, or downloaded, before their
 * network is asked for.
 * @internal for tests: one backbone, where several would say no more
 */
export async function findBackbone(spec: string, options: FindOptions = {}): Promise<Backbone> {
  checkInputSize(options.inputSize)
  const entry = catalogEntry(spec)
  if (entry) return backboneOfEntry(entry, options)
  if (isWebAddress(spec)) {
    if (!URL.canParse(spec)) throw unexpected('--backbone', 'a whole address', withoutSecrets(spec))
    const downloaded = await downloadedNetwork(spec, undefined, options)
    const found = { path: downloaded.path, sha256: downloaded.sha256, name: nameOf(new URL(spec).pathname) }
    return readDownloaded(downloaded, () => backboneOfPath(found, options))
  }
  if (existsSync(spec)) return backboneOfPath({ path: spec }, options)
  if (/[\\/]|\.(pb|onnx|json|tgz|gz|h5|keras|tflite)$/.test(spec)) {
    throw new UserError('E_NO_FILE', `There is no network at "${spec}".`, { hint: 'Check the path.' })
  }
  throw unknownBackbone(spec)
}

/** Splits at `+`, except inside a path that exists or an address. */
function splitSpec(spec: string): string[] {
  if (existsSync(spec)) return [spec]
  const pieces = spec.split('+')
  const parts: string[] = []
  for (let at = 0; at < pieces.length; ) {
    let end = at + 1
    for (let longer = pieces.length; longer > end; longer--) {
      if (existsSync(pieces.slice(at, longer).join('+'))) end = longer
    }
    // An address goes on until something begins that stands for itself.
    if (isWebAddress(pieces[at]!)) while (end < pieces.length && !standsAlone(pieces[end]!)) end++
    parts.push(pieces.slice(at, end).join('+'))
    at = end
  }
  return parts
}

function standsAlone(piece: string): boolean {
  return catalogEntry(piece) !== undefined || isWebAddress(piece) || existsSync(piece)
}
