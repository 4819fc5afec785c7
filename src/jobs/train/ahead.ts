import type { Backbone } from '../../backbone/backbone.ts'
import { isBundled } from '../../backbone/catalog.ts'
import { compiledOnnx } from '../../backbone/compile.ts'
import { findBackbones } from '../../backbone/find.ts'
import type { BackboneRunner, Engine } from '../../engine/engine.ts'
import { prepareThreads } from '../../engine/onnxThreads.ts'
import { lanesOfSmall } from '../../engine/worthLanes.ts'
import { layersOf } from '../../features/identity.ts'
import { PartCache } from '../../features/partCache.ts'
import { once } from '../../flow/once.ts'
import type { Layout } from '../../model/layout.ts'
import type { ResolvedTrainOptions } from './options.ts'

type Options = Pick<ResolvedTrainOptions, 'network' | 'signal'>

/**
 * Makes those networks ready of which the cache holds nothing, as soon as there are pictures for them: compiling a network, and
 * starting the threads that run it, leave a core idle otherwise.
 */
export class NetworksAhead {
  readonly #signal: AbortSignal | undefined
  readonly #load: () => Promise<Engine>
  readonly #finding: Promise<Backbone[]> | undefined
  readonly #lacked: Promise<Backbone[]>
  #starting: Promise<unknown> | undefined
  readonly #ready = new Map<Backbone, Promise<BackboneRunner>>()
  #isOver = false

  /** Begins to look for the backbones. @param load gives the engine, which may be under way */
  constructor({ network, signal }: Options, { bottlenecks }: Pick<Layout, 'bottlenecks'>, load: () => Promise<Engine>) {
    this.#signal = signal
    this.#load = load
    // Others may have to be downloaded, or read to know anything of them.
    const isKnown = isBundled(network.backbone) && network.input === undefined && network.bottleneck === undefined
    this.#finding = isKnown ? findBackbones(network.backbone, network) : undefined
    this.#lacked = lackedOf(this.#finding, bottlenecks)
    this.#lacked.catch(() => undefined) // whoever asks for the backbones is told
  }

  /** The backbones, those that the cache lacks compiled; undefined where they have to be looked for. */
  get backbones(): Promise<Backbone[]> | undefined {
    return this.#finding && this.#compiled(this.#finding)
  }

  /** Decoding pictures in the same thread would hold up what runs them. */
  async #compiled(finding: Promise<Backbone[]>): Promise<Backbone[]> {
    await Promise.allSettled((await this.#lacked).map(compiledOnnx)) // whoever runs one that fails is told
    return finding
  }

  /** Begins to load those that are lacked for so many pictures. */
  start(pictures: number): void {
    this.#starting ??= this.#start(pictures).catch(() => undefined) // whoever asks for the engine is told
  }

  async #start(pictures: number): Promise<void> {
    const [engine, lacked] = await Promise.all([this.#load(), this.#lacked])
    if (this.#isOver || this.#signal?.aborted) return
    let lanes = 0
    for (const backbone of lacked) {
      if (engine.name !== 'tensorflow') {
        lanes += lanesOfSmall(backbone, pictures, engine.name) // what is bundled is not large
        prepareThreads(lanes, engine.name) // which load the library while the network is compiled
      }
      const loading = engine.loadBackbone(backbone, pictures)
      loading.catch(() => undefined) // whoever takes it is told
      this.#ready.set(backbone, loading)
    }
  }

  /** The engine, which gives what was loaded ahead to whoever loads it first. */
  readonly engine = once(async (): Promise<Engine> => {
    const engine = await this.#load()
    const loadBackbone: Engine['loadBackbone'] = async (backbone, pictures) =>
      (await this.#take(backbone)) ?? engine.loadBackbone(backbone, pictures)
    return { ...engine, loadBackbone }
  })

  async #take(backbone: Backbone): Promise<BackboneRunner | undefined> {
    await this.#starting
    const loading = this.#ready.get(backbone)
    this.#ready.delete(backbone)
    return loading
  }

  /** Ends what nobody has taken. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#starting
    for (const loading of this.#ready.values()) await (await loading.catch(() => undefined))?.dispose()
  }
}

/** Those of which the cache has nothing. */
async function lackedOf(finding: Promise<Backbone[]> | undefined, folder: string): Promise<Backbone[]> {
  const lacked: Backbone[] = []
  for (const backbone of (await finding) ?? []) {
    const identities = layersOf(backbone).map(({ identity }) => identity)
    const isKnown = await PartCache.mayHold(folder, identities).catch(() => true) // who opens the cache is told
    if (!isKnown) lacked.push(backbone)
  }
  return lacked
}
