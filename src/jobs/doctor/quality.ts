import type { BottleneckCache, StoreEntry } from '../../features/cache.ts'
import type { Extraction } from '../../features/extract.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { PictureError } from '../../image/pictureError.ts'
import { inspectPicture, type PictureQuality } from '../../image/quality.ts'

/** Raised whenever `inspectPicture` gives other figures, so that older ones in the cache are not used. */
const IDENTITY = 'quality:1'
const FIELDS = ['width', 'height', 'brightness', 'highlight', 'contrast', 'sharpness'] as const
/** Asked for at a time; the decoder lets a few of them run. */
const AT_ONCE = 16
/** Figures a transaction of the cache. */
const COMMIT = 256

export interface QualityHooks {
  readonly limits: DecodeLimits
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Looks at every picture in small. The figures are cached beside the bottlenecks, by the picture's content.
 *
 * @returns by row; undefined for what can't be decoded any more
 */
export async function inspectAll(
  { pictures, hashes }: Pick<Extraction, 'pictures' | 'hashes'>,
  store: BottleneckCache,
  { limits, onProgress, signal }: QualityHooks,
): Promise<(PictureQuality | undefined)[]> {
  const found: (PictureQuality | undefined)[] = []
  const figures = new Float32Array(pictures.length * FIELDS.length)
  const wanted = hashes.map((hash, row) => ({ hash, offset: row * FIELDS.length }))
  const hits = await store.readAll(IDENTITY, wanted, figures, FIELDS.length, signal)
  const missing = [...pictures.keys()].filter(row => !hits[row])
  for (const row of pictures.keys()) {
    if (hits[row]) found[row] = fromFigures(figures.subarray(row * FIELDS.length, (row + 1) * FIELDS.length))
  }
  let unsaved: StoreEntry[] = []
  let done = 0
  const save = async () => {
    const batch = unsaved
    unsaved = []
    if (batch.length > 0) await store.writeBottlenecks(IDENTITY, batch, 'quality')
  }
  const inspect = async (row: number) => {
    try {
      const quality = await inspectPicture(pictures[row]!.path, limits)
      found[row] = quality
      unsaved.push({ hash: hashes[row]!, bottleneck: Float32Array.from(FIELDS, field => quality[field]) })
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      found[row] = undefined
    }
    onProgress?.(++done, missing.length)
  }
  try {
    let next = 0
    const work = async () => {
      while (next < missing.length) {
        signal?.throwIfAborted()
        await inspect(missing[next++]!)
        if (unsaved.length >= COMMIT) await save()
      }
    }
    const loops = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
    const failed = loops.find(loop => loop.status === 'rejected')
    if (failed) throw failed.reason
  } finally {
    await save()
  }
  return found
}

function fromFigures(figures: Float32Array): PictureQuality {
  const [width = 0, height = 0, brightness = 0, highlight = 0, contrast = 0, sharpness = 0] = figures
  return { width, height, brightness, highlight, contrast, sharpness }
}
