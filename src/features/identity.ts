import { createHash } from 'node:crypto'
import type { Backbone } from '../backbone/backbone.ts'
import { VARIANT_VERSION } from '../image/augment.ts'
import { RECIPE_VERSION } from '../image/recipe.ts'

/** What makes two bottlenecks of one picture the same: the network's weights, its input and how the picture was prepared. */
export function bottleneckIdentity(backbone: Backbone): string {
  const { size, resize, mean, scale } = backbone.recipe
  const text = JSON.stringify([RECIPE_VERSION, backbone.sha256, backbone.features, size, resize, mean, scale])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** The cache's identity of a variant's bottlenecks: that of the picture's own with the number; 0 is the picture itself. */
export function variantIdentity(identity: string, variant: number): string {
  return variant === 0 ? identity : `${identity}:${VARIANT_VERSION}.${variant}`
}
