import type { CertaintyPoint } from '../assess/certainty.ts'
import type { FamiliarityRule } from '../assess/familiarity.ts'
import type { Share } from '../assess/metrics.ts'
import { UserError } from '../errors.ts'
import type { HeadKind, HeadOptions } from '../head/options.ts'
import type { Recipe } from '../image/recipe.ts'
import { fits, positive, problemWith } from '../schema.ts'
import { printable } from '../text.ts'
import { manifestSchema } from './manifestSchema.ts'

/** The manifest's format; raised when an older `itc` could not read what a newer one writes. */
export const MANIFEST_FORMAT = 2

/** One file of a model, with what proves that it is whole. */
export interface ModelFile {
  /** Name in the model's folder. */
  readonly file: string
  readonly sha256: string
}

/** A backbone compiled into the model's folder. */
export interface ModelBackbone extends ModelFile {
  readonly name: string
  /** Of the weights it was compiled from. */
  readonly weightsSha256: string
  /** Length of a bottleneck. */
  readonly features: number
  /** Lengths of the inner layers in it, behind the last features; empty where the network's structure shows none. */
  readonly inner?: readonly number[]
  readonly recipe: Recipe
}

/** float32 little endian: weights [features, categories], then bias [categories]. */
export interface ModelHead extends ModelFile {
  /** The blocks of a bottleneck (last features, each inner layer) are normalised before the head sees them. */
  readonly normalised?: boolean
}

/** `tf_files/model/manifest.json`: all there is to know of a trained model; the same bytes for the same training. */
export interface Manifest {
  readonly format: number
  /** Version of the `itc` that wrote it. */
  readonly itc: string
  readonly labels: readonly string[]
  readonly backbones: readonly ModelBackbone[]
  readonly head: ModelHead
  readonly engine: string
  readonly options: Omit<HeadOptions, 'head'> & {
    /** Absent in models of before there was a choice: a softmax. */
    readonly head?: HeadKind
    readonly validation: number
    readonly test: number
    readonly augment?: number
  }
  /** Where its pictures lay, seen from the working folder; absent where they were its own. */
  readonly pictures?: { readonly folders: readonly string[]; readonly followLinks: boolean }
  readonly counts: ModelCounts
  readonly metrics: Metrics
  /** What the head's logits were divided by, already in its weights: fitted so that a score of 0.9 is right 9 times in 10. */
  readonly temperature: number
  /** Which best score gives which precision; absent when trained without cross-validation. */
  readonly certainty?: readonly CertaintyPoint[]
  /** Tells pictures unlike anything seen; absent when trained without cross-validation. */
  readonly familiarity?: ModelFamiliarity
  /** Of `retrained_graph.pb` beside the model's folder; absent in models of before there was one. */
  readonly graph?: ModelGraph
  readonly skipped: readonly { readonly relative: string; readonly reason: string }[]
}

/** Its file: float32 scales [rows], then int8 codes [rows, last features]; see Bank. */
export interface ModelFamiliarity extends ModelFile {
  readonly rows: number
  readonly rule: FamiliarityRule
}

/** The model as one GraphDef, or why there is none. */
export type ModelGraph =
  | {
      readonly sha256: string
      /** What the file begins with: the same for every head on the same backbones. */
      readonly backbones: { readonly bytes: number; readonly sha256: string }
      /** Their nodes that the head follows. */
      readonly bottlenecks: readonly string[]
    }
  | { readonly without: string }

export interface ModelCounts {
  readonly train: number
  readonly validation: number
  readonly test: number
  readonly skipped: number
  /** Pictures of each label. */
  readonly categories: Readonly<Record<string, number>>
}

export interface Metrics {
  readonly test?: Share
  readonly validation?: Share
  /** Over all pictures, each named by a head that never saw it. */
  readonly crossValidation?: Share & { readonly folds: number }
}

/** @throws UserError when the text is no manifest, or one of a newer `itc` */
export function parseManifest(text: string, path: string): Manifest {
  let manifest: Partial<Manifest>
  try {
    manifest = JSON.parse(text) as Partial<Manifest>
  } catch (cause) {
    throw damaged(path, 'it is not JSON', cause)
  }
  if (!fits<number>(positive, manifest?.format)) throw damaged(path, 'it has no format number')
  if (manifest.format > MANIFEST_FORMAT) {
    throw new UserError(
      'E_MODEL_VERSION',
      `The model ${path} was written by a newer itc (${printable(String(manifest.itc))}).`,
      {
        hint: 'Update itc, or train again with this one.',
      },
    )
  }
  const problem = problemWith(manifestSchema, manifest)
  if (problem) throw damaged(path, printable(problem))
  return manifest as Manifest
}

/** The error for a model that can't be used as it is. */
export function damaged(path: string, what: string, cause?: unknown): UserError {
  return new UserError('E_MODEL_DAMAGED', `The model ${path} is damaged: ${what}.`, {
    hint: 'Train again with `itc train`; the cached bottlenecks make that quick.',
    cause,
  })
}
