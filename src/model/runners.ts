import type { Backbone } from '../backbone/backbone.ts'
import type { BackboneRunner, Engine } from '../engine/engine.ts'
import { UserError } from '../errors.ts'

/**
 * A model's networks in an engine. Which runner is used is decided at every call: a server whose first call is for one
 * picture gets its threads when a call with many comes. Each runner is made when it is first needed, and kept.
 */
export class Runners {
  readonly #engine: Engine
  readonly #backbones: readonly Backbone[]
  readonly #ready = new Map<string, Promise<BackboneRunner>>()
  #disposed = false

  constructor(engine: Engine, backbones: readonly Backbone[]) {
    this.#engine = engine
    this.#backbones = backbones
  }

  /** @throws UserError `E_DISPOSED` */
  check(): void {
    if (!this.#disposed) return
    throw new UserError('E_DISPOSED', 'This model was disposed of and can name no more pictures.', {
      hint: 'Load it again with loadModel(), or call dispose() later.',
    })
  }

  /**
   * The network at a place, ready for a call with so many pictures.
   *
   * @throws UserError `E_DISPOSED`, or what the engine says of the network
   */
  async runner(place: number, pictures: number): Promise<BackboneRunner> {
    const backbone = this.#backbones[place]!
    const key = `${place} ${(await this.#engine.lanes(backbone, pictures)) > 0 ? 'lanes' : 'session'}`
    this.check()
    const present = this.#ready.get(key)
    if (present) return present
    const loading = this.#engine.loadBackbone(backbone, pictures)
    this.#ready.set(key, loading)
    loading.catch(() => this.#ready.delete(key)) // the next call tries again
    return loading
  }

  /** Frees the engine's memory; more than once does no harm. */
  async dispose(): Promise<void> {
    this.#disposed = true
    const runners = [...this.#ready.values()]
    this.#ready.clear()
    for (const runner of runners) await (await runner.catch(() => undefined))?.dispose()
  }
}
