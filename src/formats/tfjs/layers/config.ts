import { UserError } from '../../../errors.ts'
import { damaged } from '../../limits.ts'

/** A layer as `model.json` has it. */
export interface LayerJson {
  readonly class_name: string
  readonly name?: string | null
  /** A list of layers, or settings, among which layers may be. */
  readonly config?: Readonly<Record<string, unknown>> | readonly unknown[] | null
  /** Of a layer in a functional model: what it is given, [layer, call, output, …] each. */
  readonly inbound_nodes?: readonly unknown[]
}

/** A layer's settings, each checked before it is used. */
export class Config {
  readonly name: string
  readonly kind: string
  readonly #values: Readonly<Record<string, unknown>>

  constructor({ class_name: kind, name, config }: LayerJson) {
    this.#values = (Array.isArray(config) ? {} : (config ?? {})) as Readonly<Record<string, unknown>>
    this.name = String(this.#values.name ?? name ?? kind)
    this.kind = kind
  }

  text(key: string, otherwise: string): string {
    const value = this.#values[key]
    return typeof value === 'string' ? value : otherwise
  }

  number(key: string, otherwise: number): number {
    const value = this.#values[key] ?? otherwise
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#wrong(key)
    return value
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#values[key]
    return typeof value === 'boolean' ? value : otherwise
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined && this.#values[key] !== null
  }

  /** Whole numbers; one stands for all `count`. */
  numbers(key: string, otherwise: readonly number[]): number[] {
    const value = this.#values[key] ?? otherwise
    const list: unknown[] = typeof value === 'number' ? otherwise.map(() => value) : Array.isArray(value) ? value : []
    if (list.length === 0 || list.length > 8 || !list.every(Number.isInteger)) throw this.#wrong(key)
    return list as number[]
  }

  /** [-1, height, width, channels] of the layer's input; undefined where it does not say. */
  inputShape(): number[] | undefined {
    const value = this.#values.batch_input_shape ?? this.#values.batch_shape
    if (!Array.isArray(value)) return undefined
    return value.map(size => (Number.isInteger(size) && size > 0 ? size : -1))
  }

  raw(key: string): unknown {
    return this.#values[key]
  }

  unknown(what: string): UserError {
    return new UserError('E_UNSUPPORTED_OP', `The layer "${this.name}", ${what}, is not one that this program knows.`, {
      hint:
        'Convert the model: pip install tensorflowjs, then tensorflowjs_converter --input_format tfjs_layers_model ' +
        '--output_format tfjs_graph_model model.json graph_model, and give the folder graph_model.',
    })
  }

  #wrong(key: string): UserError {
    return damaged(`the layer "${this.name}" has no usable ${key}`)
  }
}
