import type { Backbone } from '../backbone/backbone.ts'
import type { Factor, Products } from './products.ts'

/** The runtimes that can run a graph. */
export const ENGINES = ['onnx', 'wasm', 'tensorflow'] as const
export type EngineName = (typeof ENGINES)[number]

/** What runs backbones and trains heads; one implementation a runtime. */
export interface Engine {
  readonly name: EngineName
  /** The runtime's own version, for the manifest and `itc doctor`. */
  readonly version: string
  /** In how many threads, with a copy of the backbone each, so many pictures are done fastest; 0: in none. */
  lanes(backbone: Backbone, pictures: number): Promise<number>
  /** @param pictures how many are to come, about: many are worth more preparation */
  loadBackbone(backbone: Backbone, pictures?: number): Promise<BackboneRunner>
  createTrainer(problem: HeadProblem): Promise<HeadTrainer>
  createProducts(matrix: Factor): Promise<Products>
}

/** A backbone made ready in a runtime. */
export interface BackboneRunner {
  /** How many runs may usefully be under way at a time. */
  readonly atOnce: number
  /** Pictures a run, at most, that are worth it. */
  readonly batch: number
  /**
   * @param pixels uint8 RGB, [count, size, size, 3]; a part of a larger buffer, perhaps
   * @returns float32 bottlenecks, [count, features]; the caller owns them
   */
  run(pixels: Uint8Array, count: number): Promise<Float32Array>
  dispose(): Promise<void>
}

/**
 * Several softmax heads to train side by side on one feature matrix, each on its own rows. Cross-validation is that:
 * the batch's features are gathered once and serve every head.
 */
export interface HeadProblem {
  /** [rows, width] */
  readonly features: Float32Array
  readonly rows: number
  readonly width: number
  /** Category index of each row, [rows]. */
  readonly labels: Int32Array
  readonly categories: number
  readonly heads: number
  /** 1 where a row may train a head, else 0: [rows, heads]. */
  readonly active: Float32Array
  readonly learningRate: number
  /** Weight decay: a step also takes learningRate · decay of every weight and bias away; 0 unless given. */
  readonly decay?: number | undefined
  /** Square of the number that stands for the bias in every row: how fast it learns beside the weights; 1 unless given. */
  readonly biasSquare?: number | undefined
  /** Products of all rows with all rows plus `biasSquare`, [rows, rows], where whoever asks has them: a trainer may do with them alone. */
  readonly kernel?: Float32Array | undefined
  /** Rows a step. */
  readonly batch: number
  /** How many rows' logits are wanted, the first ones: the others only train. All of them unless given. */
  readonly answered?: number
  /** Only logits are wanted: nobody will `read` weights. */
  readonly onlyLogits?: boolean | undefined
  /** In a thread of its own, where the engine has such: see worthThreads.ts. */
  readonly apart?: boolean | undefined
}

/** Weights and biases of heads. */
export interface HeadWeights {
  /** [heads, width, categories] */
  readonly weights: Float32Array
  /** [heads, categories] */
  readonly bias: Float32Array
}

/** Rows that heads train on. */
export type HeadRows = Pick<HeadProblem, 'features' | 'rows' | 'labels' | 'active'>

/** Plain SGD on the mean cross entropy of each step's active rows; begins at weights of zero. */
export interface HeadTrainer {
  /**
   * @param rows row indices of the steps in turn, [steps * batch]
   * @param isCounted the weights after them count for a mean: `logits` and `read` tell of the mean of all that counted then,
   *   while further steps go on from the last ones
   */
  steps(rows: Int32Array, isCounted?: boolean): Promise<void>
  /** Goes on from the weights that there are, on other rows; not in the kernel's form, whose weights are sums of its rows. */
  swap(rows: HeadRows): void
  /** Logits of every answered row under every head, [rows, heads, categories]. */
  logits(): Promise<Float32Array>
  read(): Promise<HeadWeights>
  dispose(): Promise<void>
}
