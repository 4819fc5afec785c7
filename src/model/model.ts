import type { BackboneRunner, Engine } from '../engine/engine.ts'
import { runPipeline } from '../features/pipeline.ts'
import { headLogits } from '../head/head.ts'
import { softmaxRows } from '../head/softmax.ts'
import { decodePicture } from '../image/decode.ts'
import { type DecodeLimits, limitsWith } from '../image/limits.ts'
import { PictureError } from '../image/pictureError.ts'
import { type Familiar, familiarOf } from './familiar.ts'
import type { StoredModel } from './load.ts'
import type { Manifest } from './manifest.ts'

/** Pictures whose bottlenecks are held at a time. */
const WINDOW = 512

/** A label with how likely it is; a picture's scores add up to 1. */
export interface Score {
  readonly label: string
  readonly score: number
}

/** What a model makes of one picture. */
export interface Naming extends Familiar {
  /** Every label, best first. */
  readonly scores: readonly Score[]
}

/** A naming, or why the picture could not be used. */
export type Guess = Naming | { readonly error: PictureError }

/** A picture file's path, or its bytes. */
export type PictureSource = string | Uint8Array

export interface ClassifyOptions {
  readonly limits?: Partial<DecodeLimits>
  readonly signal?: AbortSignal | undefined
  /** How many pictures are to come in all, where these are only a part of them. */
  readonly pictures?: number
}

/** A trained model in an engine. */
export class Model {
  readonly manifest: Manifest
  readonly #stored: StoredModel
  readonly #engine: Engine
  readonly #runners: (Promise<BackboneRunner> | undefined)[] = []

  constructor(stored: StoredModel, engine: Engine) {
    this.manifest = stored.manifest
    this.#stored = stored
    this.#engine = engine
  }

  get labels(): readonly string[] {
    return this.manifest.labels
  }

  /**
   * Names one picture.
   * @throws PictureError when the picture can't be used
   */
  async guess(source: PictureSource, options: ClassifyOptions = {}): Promise<Naming> {
    for await (const guess of this.guessAll([source], options)) {
      if ('error' in guess) throw guess.error
      return guess
    }
    throw new Error('a picture gave no guess')
  }

  /** Names pictures, in order; decoding goes on while the engine runs. A picture that can't be used gives its error. */
  async *guessAll(sources: readonly PictureSource[], options: ClassifyOptions = {}): AsyncGenerator<Guess> {
    for (let start = 0; start < sources.length; start += WINDOW) {
      const window = sources.slice(start, start + WINDOW)
      yield* await this.#guessWindow(window, { pictures: sources.length, ...options })
    }
  }

  async #guessWindow(sources: readonly PictureSource[], options: ClassifyOptions): Promise<Guess[]> {
    const { width } = this.#stored.head
    const features = new Float32Array(sources.length * width)
    const errors = new Map<number, PictureError>()
    const limits = limitsWith(options.limits)
    let column = 0
    for (const [turn, backbone] of this.#stored.backbones.entries()) {
      await runPipeline(sources.length, {
        prepare: async index => {
          if (errors.has(index)) return undefined
          try {
            return await decodePicture(sources[index]!, backbone.recipe, limits)
          } catch (error) {
            if (!(error instanceof PictureError)) throw error
            errors.set(index, error)
            return undefined
          }
        },
        runner: () => (this.#runners[turn] ??= this.#engine.loadBackbone(backbone, options.pictures ?? sources.length)),
        onBatch: (indices, bottlenecks) => {
          indices.forEach((index, at) => {
            features.set(
              bottlenecks.subarray(at * backbone.features, (at + 1) * backbone.features),
              index * width + column,
            )
          })
        },
        signal: options.signal,
      })
      column += backbone.features
    }
    const logits = headLogits(this.#stored.head, features)
    const scores = softmaxRows(logits, this.labels.length)
    return sources.map((_, index) => {
      const error = errors.get(index)
      return error ? { error } : { scores: this.#ranked(scores, index), ...this.#familiar(features, logits, index) }
    })
  }

  #familiar(features: Float32Array, logits: Float32Array, row: number): Familiar {
    const { width, categories } = this.#stored.head
    const bottleneck = features.subarray(row * width, (row + 1) * width)
    return familiarOf(this.#stored, bottleneck, logits.subarray(row * categories, (row + 1) * categories))
  }

  #ranked(scores: Float32Array, row: number): Score[] {
    const ranked = this.labels.map((label, at) => ({ label, score: scores[row * this.labels.length + at]! }))
    return ranked.sort((a, b) => b.score - a.score)
  }

  /** Frees the engine's memory. */
  async dispose(): Promise<void> {
    for (const runner of this.#runners) await (await runner?.catch(() => undefined))?.dispose()
    this.#runners.length = 0
  }
}
