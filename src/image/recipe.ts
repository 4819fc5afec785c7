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

/** Whether a recipe that was read from a file is one. */
export function isRecipe({ size, resize, mean, scale }: Partial<Recipe>): boolean {
  return Number.isSafeInteger(size) && size! > 0 && RESIZES.some(each => each === resize) && isRgb(mean) && isRgb(scale)
}

function isRgb(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite)
}

/** Raised whenever decoding or resizing changes its result, so that cached bottlenecks of older code are not used. */
export const RECIPE_VERSION = 1
