import type { Backbone } from '../backbone/backbone.ts'
import { hashBytes } from '../disk/identity.ts'
import type { BackboneRunner } from '../engine/engine.ts'
import { once } from '../flow/once.ts'
import { roundToHalves } from '../graph/tensor.ts'
import { decodeVariant, pictureVariant } from '../image/augment.ts'
import { decodeForAll } from '../image/decode.ts'
import { PictureError } from '../image/pictureError.ts'
import { type PictureFile, withPictureFile } from '../image/read.ts'
import type { Recipe } from '../image/recipe.ts'
import { giveBack } from '../image/squares.ts'
import { CacheWriter } from './cacheWriter.ts'
import { allFinite, noNumbers } from './finite.ts'
import type { Layer } from './identity.ts'
import type { ExtractOptions } from './options.ts'
import { type PipelineNetwork, runPipeline } from './pipeline.ts'
import { type Missing, recall } from './recall.ts'
import { type Columns, columnsOf, identityOf, type Rows } from './rows.ts'

/**
 * Fills rows with the bottlenecks of all backbones: from the cache where it has them, the rest by decoding each picture
 * once and running it through every network that lacks it.
 *
 * @returns how many bottlenecks came from the cache
 * @throws the signal's reason when aborted; what was computed is kept
 */
export async function fillRows(
  rows: Rows,
  backbones: readonly Backbone[],
  options: ExtractOptions,
): Promise<{ cached: number }> {
  const columns = columnsOf(backbones)
  const missing = await recall(rows, columns, options.store, options.signal)
  const filling = new Filling(rows, columns, missing, options)
  await filling.run()
  return { cached: filling.cached }
}

/** The work on what the cache lacks. */
class Filling {
  readonly #rows: Rows
  readonly #columns: readonly Columns[]
  readonly #missing: Missing
  readonly #missingRows: readonly number[]
  readonly #options: ExtractOptions
  readonly #writer: CacheWriter
  readonly #runners: Promise<BackboneRunner>[] = []
  /** Bottlenecks that came from the cache, that were computed, and that can't be had. */
  cached: number
  #computed = 0
  #failed: number
  #decoded = 0
  /** Memory for what is read from the cache, of the longest layer, one for each picture under way. */
  readonly #spare: Float32Array[] = []
  readonly #longest: number
  /** Pictures that each network lacked at first, and those that it lacks no more, in the order of the columns. */
  readonly #lacked: readonly number[]
  readonly #had: number[]

  constructor(rows: Rows, columns: readonly Columns[], missing: Missing, options: ExtractOptions) {
    this.#rows = rows
    this.#columns = columns
    this.#missing = missing
    this.#missingRows = [...missing.keys()]
    this.#options = options
    this.#writer = new CacheWriter(options.store)
    const all = [...missing.values()]
    this.#lacked = columns.map(each => all.filter(lacks => lacks.includes(each)).length)
    this.#had = columns.map(() => 0)
    this.#longest = Math.max(...columns.flatMap(({ layers }) => layers.map(({ length }) => length)))
    const lacking = all.reduce((sum, lacks) => sum + lacks.length, 0)
    this.#failed = rows.failures.size * columns.length
    this.cached = rows.pictures.length * columns.length - this.#failed - lacking
  }

  async run(): Promise<void> {
    this.#report()
    try {
      await runPipeline(this.#missingRows.length, {
        prepare: index => this.#inputs(this.#missingRows[index]!),
        networks: this.#columns.map(columns => this.#network(columns)),
        release: giveBack,
        signal: this.#options.signal,
      })
    } finally {
      await this.#writer.flush().finally(() => this.#dispose())
    }
  }

  async #dispose(): Promise<void> {
    for (const runner of this.#runners) await (await runner.catch(() => undefined))?.dispose()
  }

  #report(): void {
    const { pictures } = this.#rows
    const done = this.cached + this.#computed + this.#failed
    const networks = this.#columns.map(({ backbone: { name, recipe, features } }, at) => {
      return { name, size: recipe.size, features, done: this.#had[at]!, total: this.#lacked[at]! }
    })
    this.#options.onProgress?.({
      done,
      total: pictures.length * this.#columns.length,
      cached: this.cached,
      decoded: this.#decoded,
      toDecode: this.#missing.size,
      networks,
    })
  }

  #has(columns: Columns, pictures: number): void {
    this.#had[this.#columns.indexOf(columns)]! += pictures
  }

  /** One picture's inputs, a backbone each; undefined for those that do not lack it, and where it can't be used. */
  async #inputs(row: number): Promise<readonly (Uint8Array | undefined)[]> {
    const { path } = this.#rows.pictures[row]!
    try {
      return await withPictureFile(path, this.#options.limits, file => this.#inputsOf(row, file))
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      this.#rows.failures.set(row, error.reason)
      this.#failed += this.#missing.get(row)!.length
      for (const columns of this.#missing.get(row)!) this.#has(columns, 1)
      return []
    } finally {
      this.#decoded++
      this.#report()
    }
  }

  async #inputsOf(row: number, file: PictureFile): Promise<readonly (Uint8Array | undefined)[]> {
    await this.#remember(row, file)
    const lacks = await this.#lacking(row)
    if (lacks.length === 0) return []
    const recipes = lacks.map(({ backbone }) => backbone.recipe)
    const inputs = await this.#decode(row, file.bytes, recipes)
    return this.#columns.map(columns => inputs[lacks.indexOf(columns)])
  }

  /** Remembers a picture's content with the file's state from before it was read, so that a change is noticed. */
  async #remember(row: number, { bytes, size, mtimeMs }: PictureFile): Promise<void> {
    const hash = hashBytes(bytes)
    this.#rows.hashes[row] = hash
    const { relative, cachedAs = relative } = this.#rows.pictures[row]!
    await this.#writer.addRecord(cachedAs, { size, mtimeMs, hash })
  }

  /** The networks that a picture is still to run through: a file that was moved, or touched, may hold one that is in the cache. */
  async #lacking(row: number): Promise<Columns[]> {
    const lacks: Columns[] = []
    for (const columns of this.#missing.get(row)!) {
      if (!(await this.#recallNow(row, columns))) lacks.push(columns)
      else {
        this.cached++
        this.#has(columns, 1)
      }
    }
    return lacks
  }

  async #recallNow(row: number, columns: Columns): Promise<boolean> {
    const { hashes, target } = this.#rows
    const numbers = this.#spare.pop() ?? new Float32Array(this.#longest)
    let found = false
    for (const layer of columns.layers) {
      const identity = identityOf(this.#rows, row, layer)
      found = await this.#options.store.read(hashes[row]!, identity, numbers, 0, layer.length)
      if (!found) break
      target.put(row, columns.first + layer.first, numbers.subarray(0, layer.length))
    }
    this.#spare.push(numbers)
    return found
  }

  #decode(row: number, bytes: Uint8Array, recipes: readonly Recipe[]): Promise<Uint8Array[]> {
    const { limits } = this.#options
    const variant = this.#rows.variants?.[row] ?? 0
    if (variant === 0) return decodeForAll(bytes, recipes, limits)
    return decodeVariant(bytes, recipes, pictureVariant(this.#rows.hashes[row]!, variant), limits)
  }

  #network(columns: Columns): PipelineNetwork {
    const { backbone } = columns
    const pictures = this.#lacked[this.#columns.indexOf(columns)]!
    return {
      runner: once(async () => {
        const loading = this.#options.engine().then(engine => engine.loadBackbone(backbone, pictures))
        this.#runners.push(loading)
        return loading
      }),
      onBatch: (indices, bottlenecks) => this.#keep(columns, indices, bottlenecks),
    }
  }

  /** Puts a batch's bottlenecks, [indices.length, features], into their rows and into the cache. */
  async #keep(columns: Columns, indices: readonly number[], bottlenecks: Float32Array): Promise<void> {
    const { features, name } = columns.backbone
    indices.forEach((index, at) => {
      const row = this.#missingRows[index]!
      const values = bottlenecks.subarray(at * features, (at + 1) * features)
      if (!allFinite(values)) this.#rows.failures.set(row, noNumbers(name))
      else {
        for (const layer of columns.layers) {
          this.#keepLayer(row, columns, layer, values.subarray(layer.first, layer.first + layer.length))
        }
      }
    })
    this.#computed += indices.length
    this.#has(columns, indices.length)
    this.#report()
    await this.#writer.writeFull()
  }

  /** What is kept as float16 is used so, too: the same whether it was computed now or came from the cache. */
  #keepLayer(row: number, columns: Columns, layer: Layer, values: Float32Array): void {
    const halves = layer.half ? roundToHalves(values) : undefined
    this.#rows.target.put(row, columns.first + layer.first, values)
    const identity = identityOf(this.#rows, row, layer)
    this.#writer.addBottleneck(identity, { hash: this.#rows.hashes[row]!, bottleneck: halves ?? values })
  }
}
