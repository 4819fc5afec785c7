import type { CertaintyPoint } from '../assess/certainty.ts'
import type { FamiliarityRule } from '../assess/familiarity.ts'
import type { Share } from '../assess/metrics.ts'
import { blocksOf } from '../backbone/backbone.ts'
import { UserError } from '../errors.ts'
import type { HeadKind, HeadOptions } from '../head/options.ts'
import { isRecipe, type Recipe } from '../image/recipe.ts'

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
  if (typeof manifest?.format !== 'number') throw damaged(path, 'it has no format number')
  if (manifest.format > MANIFEST_FORMAT) {
    throw new UserError('E_MODEL_VERSION', `The model ${path} was written by a newer itc (${manifest.itc}).`, {
      hint: 'Update itc, or train again with this one.',
    })
  }
  const { labels, backbones, head, familiarity } = manifest
  if (!Array.isArray(labels) || !Array.isArray(backbones) || backbones.length === 0 || typeof head?.file !== 'string') {
    throw damaged(path, 'labels, backbones or head are missing')
  }
  const files = familiarity ? [head, familiarity, ...backbones] : [head, ...backbones]
  if (!files.every(isModelFile)) throw damaged(path, 'a file in it is not named properly')
  if (!labels.every(label => typeof label === 'string')) throw damaged(path, 'a label in it is no text')
  if (!backbones.every(isModelBackbone)) throw damaged(path, 'how pictures are prepared is not in it')
  if (!isFamiliarity(familiarity)) throw damaged(path, 'what tells unfamiliar pictures is incomplete')
  if (!isCertainty(manifest.certainty)) throw damaged(path, 'which score gives which precision is incomplete')
  if (!isModelGraph(manifest.graph)) throw damaged(path, 'what it says of retrained_graph.pb is incomplete')
  return manifest as Manifest
}

/** A manifest may come from anywhere: its files lie beside it and nowhere else. */
function isModelFile(value: Partial<ModelFile> | null): boolean {
  return (
    typeof value?.sha256 === 'string' &&
    typeof value.file === 'string' &&
    /^[\w.+-]+$/.test(value.file) &&
    !value.file.startsWith('.')
  )
}

function isModelBackbone({ name, features, inner = [], recipe }: Partial<ModelBackbone>): boolean {
  const isLength = (length: unknown) => Number.isSafeInteger(length) && (length as number) > 0
  const fits = isLength(features) && Array.isArray(inner) && inner.every(isLength)
  return typeof name === 'string' && fits && blocksOf({ features: features!, inner })[0]! > 0 && isRecipe(recipe ?? {})
}

function isFamiliarity(value: Partial<ModelFamiliarity> | null | undefined): boolean {
  if (value === undefined) return true
  const { energyWeight, threshold, cosine, energy }: Partial<FamiliarityRule> = value?.rule ?? {}
  const numbers = [energyWeight, threshold, cosine?.mean, cosine?.deviation, energy?.mean, energy?.deviation]
  return Number.isSafeInteger(value?.rows) && value!.rows! >= 0 && numbers.every(Number.isFinite)
}

function isCertainty(points: readonly Partial<CertaintyPoint>[] | undefined): boolean {
  const isPoint = (point: Partial<CertaintyPoint> | null) =>
    [point?.threshold, point?.pictures, point?.right].every(Number.isFinite)
  return points === undefined || (Array.isArray(points) && points.length > 0 && points.every(isPoint))
}

function isModelGraph(graph: Partial<Record<string, unknown>> | null | undefined): boolean {
  if (graph === undefined || typeof graph?.without === 'string') return true
  const prefix = graph?.backbones as Partial<Record<string, unknown>> | undefined
  return typeof graph?.sha256 === 'string' && Number.isInteger(prefix?.bytes) && Array.isArray(graph.bottlenecks)
}

/** The error for a model that can't be used as it is. */
export function damaged(path: string, what: string, cause?: unknown): UserError {
  return new UserError('E_MODEL_DAMAGED', `The model ${path} is damaged: ${what}.`, {
    hint: 'Train again with `itc train`; the cached bottlenecks make that quick.',
    cause,
  })
}
