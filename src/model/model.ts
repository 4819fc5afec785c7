import type { Engine } from '../engine/engine.ts'
import { allFinite, noNumbers } from '../features/finite.ts'
import { type PipelineNetwork, runPipeline } from '../features/pipeline.ts'
import { headLogits } from '../head/head.ts'
import { softmaxRows } from '../head/softmax.ts'
import { decodeForAll } from '../image/decode.ts'
import { type DecodeLimits, limitsWith } from '../image/limits.ts'
import { holdingFile } from '../image/memory.ts'
import { PictureError } from '../image/pictureError.ts'
import { giveBack } from '../image/squares.ts'
import { type Familiar, familiarOf } from './familiar.ts'
import type { Manifest } from './manifest.ts'
import { Runners } from './runners.ts'
import type { StoredModel } from './stored.ts'

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
export type Guess = Naming | Unusable

/** Why a picture could not be used. */
export interface Unusable {
  readonly error: PictureError
}

/**
 * A picture file's path, its bytes, or how to get them: called when the picture's turn comes, so that few of many pictures
 * are in memory. A PictureError that it throws is the picture's; anything else ends the call.
 */
export type PictureSource = string | Uint8Array | (() => Promise<Uint8Array>) | LazyPicture

/** As such a function, where it is known how much it will fetch: as many are fetched at once as memory has room for. */
export interface LazyPicture {
  /** Bytes; undefined where only reading tells. */
  readonly size: number | undefined
  read(): Promise<Uint8Array>
}

export interface ClassifyOptions {
  readonly limits?: Partial<DecodeLimits> | undefined
  readonly signal?: AbortSignal | undefined
  /** How many pictures are to come in all, where these are only a part of them. */
  readonly pictures?: number | undefined
}

/** What the networks make of some pictures; a row a picture. */
export interface Bottlenecks {
  /** float32 [pictures, features]; means nothing where a picture could not be used. */
  readonly features: Float32Array
  /** By row. */
  readonly errors: ReadonlyMap<number, PictureError>
}

/** What the head makes of one picture. */
export interface PictureLogits extends Familiar {
  /** In the order of the labels, [categories]; their softmax are the scores. */
  readonly logits: Float32Array
}

/** A trained model in an engine. */
export class Model {
  readonly manifest: Manifest
  readonly #stored: StoredModel
  readonly #runners: Runners

  constructor(stored: StoredModel, engine: Engine) {
    this.manifest = stored.manifest
    this.#stored = stored
    this.#runners = new Runners(engine, stored.backbones)
  }

  get labels(): readonly string[] {
    return this.manifest.labels
  }

  /**
   * Names one picture.
   *
   * @throws PictureError when the picture can't be used; UserError `E_DISPOSED` after `dispose()`
   */
  async guess(source: PictureSource, options: ClassifyOptions = {}): Promise<Naming> {
    for await (const guess of this.guessAll([source], options)) {
      if ('error' in guess) throw guess.error
      return guess
    }
    throw new Error('a picture gave no guess')
  }

  /**
   * Names pictures, in order; decoding goes on while the engine runs. A picture that can't be used gives its error.
   *
   * @throws UserError `E_DISPOSED` after `dispose()`; the signal's reason when aborted
   */
  async *guessAll(sources: readonly PictureSource[], options: ClassifyOptions = {}): AsyncGenerator<Guess> {
    for await (const picture of this.logits(sources, options)) {
      if ('error' in picture) yield picture
      else {
        const { logits, ...familiar } = picture
        yield { scores: this.#ranked(logits), ...familiar }
      }
    }
  }

  /**
   * As `guessAll`, before the softmax: for whoever measures the model.
   *
   * @internal
   */
  async *logits(
    sources: readonly PictureSource[],
    options: ClassifyOptions = {},
  ): AsyncGenerator<PictureLogits | Unusable> {
    const { width, categories } = this.#stored.head
    for await (const { features, errors } of this.bottlenecks(sources, options)) {
      const all = headLogits(this.#stored.head, features)
      for (let row = 0; row * width < features.length; row++) {
        const error = errors.get(row)
        const logits = all.subarray(row * categories, (row + 1) * categories)
        const bottleneck = features.subarray(row * width, (row + 1) * width)
        yield error ? { error } : { logits, ...familiarOf(this.#stored, bottleneck, logits) }
      }
    }
  }

  /**
   * The pictures' feature vectors, some hundred at a time; those of several networks side by side.
   *
   * @internal
   */
  async *bottlenecks(sources: readonly PictureSource[], options: ClassifyOptions = {}): AsyncGenerator<Bottlenecks> {
    for (let start = 0; start < sources.length; start += WINDOW) {
      const window = sources.slice(start, start + WINDOW)
      yield await this.#bottlenecks(window, { ...options, pictures: options.pictures ?? sources.length })
    }
  }

  async #bottlenecks(sources: readonly PictureSource[], options: ClassifyOptions): Promise<Bottlenecks> {
    this.#runners.check()
    const features = new Float32Array(sources.length * this.#stored.head.width)
    const errors = new Map<number, PictureError>()
    const recipes = this.#stored.backbones.map(({ recipe }) => recipe)
    const limits = limitsWith(options.limits)
    const prepare = async (index: number) => {
      try {
        return await withOpened(sources[index]!, picture => decodeForAll(picture, recipes, limits))
      } catch (error) {
        if (!(error instanceof PictureError)) throw error
        errors.set(index, error)
        return []
      }
    }
    const networks = this.#networks({ features, errors }, options.pictures ?? sources.length).map(loadingNow)
    await runPipeline(sources.length, { prepare, networks, release: giveBack, signal: options.signal })
    return { features, errors }
  }

  /** The networks, each with its columns of the features, [pictures, width], or what is wrong with a picture. */
  #networks(
    { features, errors }: { features: Float32Array; errors: Map<number, PictureError> },
    pictures: number,
  ): PipelineNetwork[] {
    const { backbones, head } = this.#stored
    let next = 0
    return backbones.map(({ features: length, name }, place) => {
      const column = next
      next += length
      return {
        runner: () => this.#runners.runner(place, pictures),
        onBatch: (indices, bottlenecks) => {
          for (const [row, index] of indices.entries()) {
            const own = bottlenecks.subarray(row * length, (row + 1) * length)
            if (allFinite(own)) features.set(own, index * head.width + column)
            else errors.set(index, new PictureError('unsupported', noNumbers(name)))
          }
        },
      }
    })
  }

  #ranked(logits: Float32Array): Score[] {
    const scores = softmaxRows(logits, logits.length)
    return this.labels.map((label, at) => ({ label, score: scores[at]! })).sort((a, b) => b.score - a.score)
  }

  /** Frees the engine's memory; the model names no more pictures then. */
  async dispose(): Promise<void> {
    await this.#runners.dispose()
  }
}

/** A network that loads while the first pictures are decoded; why it does not is told when one is to be run. */
function loadingNow(network: PipelineNetwork): PipelineNetwork {
  const loading = network.runner()
  loading.catch(() => undefined)
  return { ...network, runner: () => loading }
}

async function withOpened<T>(source: PictureSource, use: (picture: string | Uint8Array) => Promise<T>): Promise<T> {
  if (typeof source === 'function') return use(await source())
  if (typeof source === 'string' || source instanceof Uint8Array) return use(source)
  return holdingFile(source.size, async () => use(await source.read()))
}
