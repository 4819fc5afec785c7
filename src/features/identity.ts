import { createHash } from 'node:crypto'
import { type Backbone, blocksOf } from '../backbone/backbone.ts'
import { VARIANT_VERSION } from '../image/augment.ts'
import { RECIPE_VERSION } from '../image/recipe.ts'

/** Raised whenever inner layers are read from other places of a network, or otherwise. */
const INNER_VERSION = 1

/** A part of a bottleneck that is kept by itself. */
export interface Layer {
  readonly identity: string
  /** Where in the bottleneck it begins. */
  readonly first: number
  readonly length: number
  /** Kept as float16. */
  readonly half: boolean
}

/**
 * What is kept of a backbone's bottlenecks: the last features, and the inner layers apart from them, so that last features
 * kept earlier, or for a model without inner layers, are found.
 */
export function layersOf(backbone: Backbone): Layer[] {
  const { inner = [] } = backbone
  const [last] = blocksOf(backbone)
  const own: Layer = { identity: bottleneckIdentity(backbone), first: 0, length: last!, half: false }
  if (inner.length === 0) return [own]
  const length = backbone.features - last!
  return [own, { identity: hashed([INNER_VERSION, own.identity, ...inner]), first: last!, length, half: true }]
}

/**
 * What makes the last features of one picture the same: the network's weights, its input and how the picture was prepared.
 */
export function bottleneckIdentity(backbone: Backbone): string {
  const { size, resize, mean, scale } = backbone.recipe
  const [last] = blocksOf(backbone)
  return hashed([RECIPE_VERSION, backbone.sha256, last, size, resize, mean, scale])
}

/** What tells a network as it is used, inner layers included. */
export function networkIdentity(backbone: Backbone): string {
  return layersOf(backbone).at(-1)!.identity
}

function hashed(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** The cache's identity of a variant's bottlenecks: that of the picture's own with the number; 0 is the picture itself. */
export function variantIdentity(identity: string, variant: number): string {
  return variant === 0 ? identity : `${identity}:${VARIANT_VERSION}.${variant}`
}
