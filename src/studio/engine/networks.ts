import { type Backbone, blocksOf } from '../../backbone/backbone.ts'
import { DEFAULT_BACKBONE } from '../../backbone/catalog.ts'
import { findBackbones } from '../../backbone/find.ts'
import type { Engine } from '../../engine/engine.ts'
import { loadEngine } from '../../engine/load.ts'
import { extractFeatures } from '../../features/extract.ts'
import { networkIdentity } from '../../features/identity.ts'
import { lastFeatures } from '../../features/lastFeatures.ts'
import { PartCache } from '../../features/partCache.ts'
import { widthOf } from '../../features/rows.ts'
import type { Blocks } from '../../head/blocks.ts'
import { decodeForAll } from '../../image/decode.ts'
import { DEFAULT_LIMITS } from '../../image/limits.ts'
import { layoutOf } from '../../model/layout.ts'
import { readModel } from '../../model/load.ts'
import { Runners } from '../../model/runners.ts'
import type { StoredModel } from '../../model/stored.ts'
import type { EnginePicture } from './messages.ts'

/** A picture's bottleneck, or why there is none. */
export type Extracted =
  | { readonly id: number; readonly sha256: string; readonly vector: Float32Array }
  | { readonly id: number; readonly reason: string }

/** The networks that the studio looks at pictures with: the model's own, or the usual one before there is a model. */
export class Networks {
  readonly stored: StoredModel | undefined
  readonly backbones: readonly Backbone[]
  readonly engine: Engine
  readonly #runners: Runners
  readonly #cache: PartCache

  private constructor(
    stored: StoredModel | undefined,
    backbones: readonly Backbone[],
    engine: Engine,
    cache: PartCache,
  ) {
    this.stored = stored
    this.backbones = backbones
    this.engine = engine
    this.#runners = new Runners(engine, backbones)
    this.#cache = cache
  }

  /** @throws UserError when no engine loads, or the cache can't be read */
  static async open(tfFiles: string): Promise<Networks> {
    const stored = await readModel(tfFiles).catch(() => undefined) // none yet, or damaged: the next training mends that
    const backbones = stored?.backbones ?? (await findBackbones(DEFAULT_BACKBONE, { layers: 'many' }))
    const [engine, cache] = await Promise.all([loadEngine('auto'), PartCache.open(layoutOf(tfFiles).bottlenecks)])
    return new Networks(stored, backbones, engine, cache)
  }

  /** Length of a bottleneck. */
  get width(): number {
    return widthOf(this.backbones)
  }

  /** What a head normalises of a bottleneck: as the model's does, or as a training's would. */
  get blocks(): readonly Blocks[] | undefined {
    return this.stored && !this.stored.head.blocks ? undefined : this.backbones.map(blocksOf)
  }

  /** The part of a bottleneck that pictures are compared by. */
  readonly likeness = (vector: Float32Array): Float32Array => {
    return lastFeatures({ values: vector, rows: 1, width: vector.length }, this.backbones).values
  }

  /** Tells two sets of networks apart: bottlenecks of one mean nothing to the other. */
  get identity(): string {
    return this.backbones.map(backbone => networkIdentity(backbone)).join(' + ')
  }

  /** One picture's bottleneck, at once. @throws PictureError */
  async look(source: string | Uint8Array): Promise<Float32Array> {
    const inputs = await decodeForAll(
      source,
      this.backbones.map(({ recipe }) => recipe),
      DEFAULT_LIMITS,
    )
    const bottleneck = new Float32Array(this.width)
    let column = 0
    for (const [place, input] of inputs.entries()) {
      const runner = await this.#runners.runner(place, 1)
      const part = await runner.run(input, 1)
      bottleneck.set(part, column)
      column += part.length
    }
    return bottleneck
  }

  /** Bottlenecks of pictures, from the cache where it has them. What was computed is kept for the next training. */
  async extract(pictures: readonly EnginePicture[]): Promise<Extracted[]> {
    const asked = pictures.map(({ path, relative, label, size, mtimeMs }) => ({
      path,
      relative,
      label: label ?? '',
      size,
      mtimeMs,
    }))
    const known = pictures.flatMap(({ relative, size, mtimeMs, sha256 }) =>
      sha256 === null ? [] : [[relative, { size, mtimeMs, hash: sha256 }] as const],
    )
    await this.#cache.writeFiles(known) // a picture that was moved is not read again
    const {
      matrix,
      pictures: usable,
      hashes,
      skipped,
    } = await extractFeatures(asked, this.backbones, {
      engine: async () => this.engine,
      store: this.#cache,
      limits: DEFAULT_LIMITS,
    })
    const ids = new Map(pictures.map(({ relative, id }) => [relative, id]))
    const seen = usable.map(({ relative }, row) => ({
      id: ids.get(relative)!,
      sha256: hashes[row]!,
      vector: matrix.values.slice(row * matrix.width, (row + 1) * matrix.width),
    }))
    return [...seen, ...skipped.map(({ relative, reason }) => ({ id: ids.get(relative)!, reason }))]
  }

  /** Remembers where pictures lie now: the next training need not read them again. */
  async moved(pictures: readonly EnginePicture[]): Promise<void> {
    await this.#cache.writeFiles(
      pictures.flatMap(({ relative, size, mtimeMs, sha256 }) =>
        sha256 === null ? [] : [[relative, { size, mtimeMs, hash: sha256 }] as const],
      ),
    )
  }

  /** Writes what is remembered of files. */
  save(): Promise<void> {
    return this.#cache.close()
  }

  async close(): Promise<void> {
    await this.#cache.close()
    await this.#runners.dispose()
  }
}
