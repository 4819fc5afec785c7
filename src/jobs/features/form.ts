import { createHash } from 'node:crypto'
import { VECTORS } from '../guessAll/folderForm.ts'
import type { ResultsHeading } from '../guessAll/resultsFolder.ts'

export interface FeaturesHeading extends ResultsHeading {
  /** Identities of what is kept of each network; a batch has a part of each, numbered so. */
  readonly layers: readonly string[]
}

/**
 * The key of a batch's vectors of one layer. Of which pictures they are is part of it: those of a process that could read others
 * than the index of the batch names are never taken for its own.
 *
 * @param digest see `digestOf`
 */
export function vectorsKey(id: string, layer: number, digest: string): string {
  return `${VECTORS}/${id}-${layer}-${digest}.arrow`
}

/** @param hashes sha256 of the pictures of vectors, in the order of the rows */
export function digestOf(hashes: readonly string[]): string {
  return createHash('sha256').update(hashes.join('')).digest('hex').slice(0, 16)
}
