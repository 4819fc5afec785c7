import type { Backbone } from '../../backbone/backbone.ts'
import type { Engine } from '../../engine/engine.ts'
import { unexpected } from '../../errors.ts'
import type { Extraction } from '../../features/extract.ts'
import { PartCache } from '../../features/partCache.ts'
import { extractVariants } from '../../features/variants.ts'
import type { Variants } from '../../head/variants.ts'
import { limitsWith } from '../../image/limits.ts'
import type { Layout } from '../../model/layout.ts'
import type { TrainOptions } from './options.ts'

/** More would only be the same pictures again. */
const MOST = 50

/** @throws UserError for a number of variants that can't be */
export function checkAugment(count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count >= 0 && count <= MOST)) return
  throw unexpected('augment', `a whole number from 0 to ${MOST}`, count)
}

/**
 * The variants that `augment` asks for, of every picture: those of a picture that is held out train none of the heads
 * that are measured on it, but cross-validation holds out each picture once only.
 *
 * @returns the extraction with its matrix moved to where the variants are
 */
export async function augmented(
  layout: Layout,
  extraction: Extraction,
  backbones: readonly Backbone[],
  engine: () => Promise<Engine>,
  options: TrainOptions,
): Promise<{ readonly extraction: Extraction; readonly variants: Variants | undefined }> {
  const { augment: count = 0 } = options
  if (count === 0) return { extraction, variants: undefined }
  const { signal, onEvent } = options
  const store = await PartCache.open(layout.bottlenecks)
  try {
    const values = await extractVariants(extraction, backbones, count, {
      engine,
      store,
      limits: limitsWith(options.limits),
      onProgress: progress => onEvent?.({ kind: 'variants', ...progress }),
      ...(signal && { signal }),
    })
    const { rows, width } = extraction.matrix
    // The same rows once, not twice: the old ones may go.
    const matrix = { ...extraction.matrix, values: values.subarray(0, rows * width) }
    return { extraction: { ...extraction, matrix }, variants: { count, values } }
  } finally {
    await store.close()
  }
}
