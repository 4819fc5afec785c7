import type { FolderForm, ResultsHeading } from '../guessAll/resultsFolder.ts'

/** A folder of features: an index a batch, written last, and beside them the parts of its vectors. */
export const FEATURES: FolderForm = {
  what: 'features',
  marker: 'itc-features.json',
  folder: 'index',
  command: 'itc features',
}

/** The folder of the vectors: the same Arrow files as in `tf_files/bottlenecks/parts`. */
const VECTORS = 'parts'

export interface FeaturesHeading extends ResultsHeading {
  /** Identities of what is kept of each network; a batch has a part of each, numbered so. */
  readonly layers: readonly string[]
}

/** The key of a batch's vectors of one layer. */
export function vectorsKey(id: string, layer: number): string {
  return `${VECTORS}/${id}-${layer}.arrow`
}
