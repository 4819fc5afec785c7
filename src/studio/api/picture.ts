import type { Place, TrashPlace, UnlabeledPlace } from './place.ts'

// GET api/pictures/:id, POST api/names, POST api/guess with a JPEG as body, POST api/reveal

/** `POST api/names {ids}`, at most 1000 of them: what a page needs to say again, after a restart, which pictures it meant. */
export interface NamesRequest {
  readonly ids: readonly number[]
}

export interface NamesAnswer {
  readonly names: readonly (PictureRef & { readonly id: number })[]
}

/** A picture by what stays the same over restarts. */
export interface PictureRef {
  /** Under the working folder, with `/`, to be compared and never opened: `data/roses/a.jpg`. */
  readonly path: string
  /** Null while nobody has read the file. */
  readonly sha256: string | null
}

export interface PictureDetail extends PictureRef {
  readonly id: number
  readonly revision: number
  readonly place: Place
  /** Last part of the path. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly mtimeMs: number
  /** By the newest head; null before there is one, or when the picture can't be read. */
  readonly guess: NamedGuess | null
  /** Of a doubtful label: what speaks against it, a sentence. */
  readonly doubt: { readonly looksLike: string | null; readonly what: string; readonly remedy: string } | null
  /** What else doctor says of it. */
  readonly findings: readonly { readonly kind: string; readonly what: string; readonly remedy: string }[]
  /** The most alike in each category that matters: its own, and what it looks like. */
  readonly nearest: readonly NearPicture[]
  /** Why it can't be read, a fragment; null when it can. */
  readonly unreadable: string | null
}

export interface NearPicture {
  readonly id: number
  readonly category: string
  /** 1 less the cosine. */
  readonly distance: number
}

export interface NamedGuess {
  /** Best first. */
  readonly scores: readonly { readonly label: string; readonly score: number }[]
  readonly unfamiliar: boolean
}

export interface GuessAnswer extends NamedGuess {
  readonly ms: number
  /** The most alike pictures that were learnt from. */
  readonly nearest?: readonly NearPicture[]
}

export type RevealRequest =
  | { readonly id: number }
  | { readonly category: string }
  | { readonly export: string }
  | { readonly place: UnlabeledPlace | TrashPlace }
