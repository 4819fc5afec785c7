import { unexpected } from '../errors.ts'
import { RESIZES, type Recipe, type Resize } from '../image/recipe.ts'
import type { Layers } from './backbone.ts'
import type { DownloadOptions } from './download.ts'

/** How to use a network other than as its catalog entry, or its graph, says; and where downloads go. */
export interface FindOptions extends Pick<DownloadOptions, 'cacheFolder' | 'signal' | 'env'> {
  /** Side of the square input, in pixels. */
  readonly inputSize?: number | undefined
  readonly resize?: Resize | undefined
  /** One figure for all channels, or red, green and blue. */
  readonly mean?: number | readonly number[] | undefined
  readonly scale?: number | readonly number[] | undefined
  /** Which features a bottleneck is made of; the last ones unless given. */
  readonly layers?: Layers | undefined
  /** Name of the node that takes the pictures. */
  readonly input?: string | undefined
  /** Name of the node whose output is the bottleneck. */
  readonly bottleneck?: string | undefined
  readonly onDownload?: DownloadOptions['onProgress']
  /** Runs an ONNX network that the user brought; without it, what its weights say of its length is believed. */
  readonly probe?: Probe
}

/**
 * Runs a network once.
 *
 * @param bytes a compiled network: uint8 [n, size, size, 3] in
 * @returns the length of one bottleneck
 */
export type Probe = (bytes: Uint8Array, size: number, name: string) => Promise<number>

/** Every pixel of input costs time and memory, and below 32 the networks' last layers have nothing left to see. */
const SMALLEST_INPUT = 32
const LARGEST_INPUT = 1024

/** @throws UserError for a size that no network can use */
export function checkInputSize(size: number | undefined): void {
  if (size === undefined || (Number.isInteger(size) && size >= SMALLEST_INPUT && size <= LARGEST_INPUT)) return
  throw unexpected('--input-size', `a whole number of pixels from ${SMALLEST_INPUT} to ${LARGEST_INPUT}`, size)
}

/** The entry's or graph's recipe, with what the options put in its place. @throws UserError for what can't be */
export function recipeWith(recipe: Recipe, options: FindOptions): Recipe {
  if (options.resize !== undefined && !RESIZES.includes(options.resize)) {
    throw unexpected('--resize', `one of ${RESIZES.join(', ')}`, options.resize)
  }
  return {
    size: options.inputSize ?? recipe.size,
    resize: options.resize ?? recipe.resize,
    mean: channels('mean', options.mean) ?? recipe.mean,
    scale: channels('scale', options.scale) ?? recipe.scale,
  }
}

function channels(name: 'mean' | 'scale', given: FindOptions['mean']): Recipe['mean'] | undefined {
  if (given === undefined) return undefined
  const values = typeof given === 'number' ? [given] : given
  const [red, green = red, blue = red] = values
  const sound = values.every(value => Number.isFinite(value) && (name === 'mean' || value !== 0))
  if (red === undefined || green === undefined || blue === undefined || !sound || ![1, 3].includes(values.length)) {
    throw unexpected(`--${name}`, `one number or three${name === 'scale' ? ', none of them 0' : ''}`, values.join(','))
  }
  return [red, green, blue]
}
