/** What a folder of parts is for: how its marker and the folder of the objects that say "done" are called. */
export interface FolderForm {
  readonly what: 'results' | 'features'
  readonly marker: string
  readonly folder: string
  /** A folder of further objects, written before those. */
  readonly further?: string
  /** What writes it. */
  readonly command: string
  /** What it is good for, as a hint. */
  readonly use: (address: string) => string
}

/** Names: a part a batch. */
export const RESULTS: FolderForm = {
  what: 'results',
  marker: 'itc-results.json',
  folder: 'parts',
  command: 'itc guess-all',
  use: address => `Make a table of them, or sort the pictures by them: itc results ${address}`,
}

/** The folder of the vectors: the same Arrow files as in `tf_files/bottlenecks/parts`. */
export const VECTORS = 'parts'

/** What is learnt from: an index a batch, written last, and beside them the parts of its vectors. */
export const FEATURES: FolderForm = {
  what: 'features',
  marker: 'itc-features.json',
  folder: 'index',
  further: VECTORS,
  command: 'itc features',
  use: address => `Learn from them: itc train TF_FILES --features ${address}`,
}

/** The one that a folder can't be as well. */
export function otherForm({ what }: FolderForm): FolderForm {
  return what === 'results' ? FEATURES : RESULTS
}
