/** How a picture of another shape than the network's square input is made to fit. */
export const RESIZES = ['stretch', 'crop', 'pad'] as const
export type Resize = (typeof RESIZES)[number]

/** All that turns a picture into a network's input; stored with the model so that guessing repeats it exactly. */
export interface Recipe {
  /** Side of the square input, in pixels. */
  readonly size: number
  readonly resize: Resize
  /** The network sees `(value - mean) / scale` of each 0..255 channel value: red, green, blue. */
  readonly mean: readonly [number, number, number]
  readonly scale: readonly [number, number, number]
}

/** Pixels: beyond any network's input, since a picture would take hundreds of megabytes. */
export const LARGEST_SIDE = 2048

/** Raised whenever decoding or resizing changes its result, so that cached bottlenecks of older code are not used. */
export const RECIPE_VERSION = 2
