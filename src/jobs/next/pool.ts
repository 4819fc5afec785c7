import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Backbone } from '../../backbone/backbone.ts'
import { DEFAULT_BACKBONE } from '../../backbone/catalog.ts'
import { findBackbones } from '../../backbone/find.ts'
import { groupRefusals, type Refusal } from '../../dataset/refusals.ts'
import { findRoot } from '../../dataset/root.ts'
import { type Picture, type Skipped, scanCategories } from '../../dataset/scan.ts'
import { statAll } from '../../disk/walk.ts'
import type { Engine } from '../../engine/engine.ts'
import { type EngineChoice, loadEngine } from '../../engine/load.ts'
import { UserError } from '../../errors.ts'
import { type Extraction, extractFeatures } from '../../features/extract.ts'
import { PartCache } from '../../features/partCache.ts'
import { once } from '../../flow/once.ts'
import { type DecodeLimits, limitsWith } from '../../image/limits.ts'
import { layoutOf } from '../../model/layout.ts'
import { readModel } from '../../model/load.ts'
import { findPictures } from '../../model/pictures.ts'
import type { StoredModel } from '../../model/stored.ts'
import { unreadable } from '../guess/folders.ts'
import { scanSource } from '../guess/scan.ts'

/** How pictures without a label are looked at. */
export interface PoolOptions {
  readonly engine?: EngineChoice
  readonly limits?: Partial<DecodeLimits>
  /** Follows links to folders, and to pictures elsewhere. */
  readonly followLinks?: boolean
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
}

/** Pictures without a label beside those that have one, all seen by the same networks. */
export interface PicturePool {
  readonly stored: StoredModel | undefined
  readonly engine: () => Promise<Engine>
  readonly pool: Extraction
  /** What lies in data/; without any categories there is none. */
  readonly labelled: Extraction
  readonly skipped: readonly Skipped[]
  /** The same by the reason. */
  readonly refusals: readonly Refusal[]
}

/**
 * The bottlenecks of a folder of pictures and of the labelled ones of a working folder, by the model's networks, or by the
 * usual one where there is no model. They are cached in the working folder.
 *
 * @throws UserError `E_NO_FOLDER`, `E_NO_SOURCE`, `E_NO_PICTURES`; the signal's reason when aborted
 */
export async function lookAtPool(tfFiles: string, folder: string, options: PoolOptions): Promise<PicturePool> {
  if (!(await stat(tfFiles).catch(() => undefined))?.isDirectory()) {
    throw new UserError('E_NO_FOLDER', `There is no folder "${tfFiles}".`, { hint: 'Check the path.' })
  }
  const { pictures, skipped } = await scanLoose(folder, options.followLinks)
  const root = await findRoot(tfFiles)
  const layout = layoutOf(root)
  const stored = await readModel(tfFiles).catch(() => undefined)
  const place = await findPictures(tfFiles, {}, stored?.manifest.pictures).catch(() => undefined)
  const dataset = place && (await scanCategories(place.folders, place).catch(() => undefined))
  const labelledPictures = dataset?.pictures ?? []
  const backbones: readonly Backbone[] =
    stored?.backbones ?? (await findBackbones(DEFAULT_BACKBONE, { signal: options.signal }))
  const engine = once(() => loadEngine(options.engine ?? 'auto'))
  const store = await PartCache.open(layout.bottlenecks)
  const total = labelledPictures.length + pictures.length
  const extract = (some: readonly Picture[], before: number) =>
    extractFeatures(some, backbones, {
      engine,
      store,
      limits: limitsWith(options.limits),
      onProgress: ({ done }) => options.onProgress?.(before + Math.round(done / backbones.length), total),
      signal: options.signal,
    })
  try {
    const labelled = await extract(labelledPictures, 0)
    const pool = await extract(pictures, labelledPictures.length)
    const left = [...skipped, ...pool.skipped.map(file => ({ ...file, relative: originalOf(file.relative, folder) }))]
    return { stored, engine, pool, labelled, skipped: left, refusals: groupRefusals(left, folder) }
  } finally {
    await store.close()
  }
}

/** Pictures of a folder, whatever folders are in it. */
async function scanLoose(folder: string, followLinks = false): Promise<{ pictures: Picture[]; skipped: Skipped[] }> {
  const scan = await scanSource(folder, followLinks ? 'all' : 'inside').catch(error => {
    throw error instanceof UserError ? error : unreadable(folder, error)
  })
  if (scan.pictures.length === 0) {
    throw new UserError('E_NO_PICTURES', `There are no pictures in "${folder}".`, { hint: 'Check the path.' })
  }
  const measured = await statAll(scan.pictures.map(({ path }) => ({ path, link: false })))
  const pictures = scan.pictures.flatMap(({ path, original }, at): Picture[] => {
    const found = measured[at]!
    // Its record among the cached ones must not be that of a picture of data/ with the same path.
    return typeof found === 'string'
      ? []
      : [{ label: '', path, relative: cachedName(original, folder), size: found.size, mtimeMs: found.mtimeMs }]
  })
  const skipped = [...scan.failed, ...scan.skipped].map(({ original, reason }) => ({ relative: original, reason }))
  return { pictures, skipped }
}

/** What the cache calls a picture of the folder, and the reverse. */
function cachedName(original: string, folder: string): string {
  return `${resolve(folder)}/${original}`
}
function originalOf(cached: string, folder: string): string {
  return cached.slice(cachedName('', folder).length)
}
