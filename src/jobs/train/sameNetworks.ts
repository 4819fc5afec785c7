import { catalogEntry } from '../../backbone/catalog.ts'
import type { CatalogEntry } from '../../backbone/entry.ts'
import type { ModelBackbone } from '../../model/manifest.ts'
import type { TrainOptions } from './options.ts'

/** `last` where inner layers were there to be read and were not. */
export function layersOf(backbones: readonly ModelBackbone[]): Pick<TrainOptions, 'layers'> {
  const layered = backbones.filter(backbone => entryOf(backbone)?.inner !== undefined)
  if (layered.length === 0) return {}
  return { layers: layered.some(({ inner = [] }) => inner.length > 0) ? 'many' : 'last' }
}

/** What was asked of the networks otherwise than as the catalog has them. */
export function recipeOf(backbones: readonly ModelBackbone[]): Pick<TrainOptions, 'inputSize' | 'resize'> {
  const other = backbones.find(backbone => {
    const entry = entryOf(backbone)
    return entry !== undefined && entry.recipe.size !== backbone.recipe.size
  })
  const resize = backbones[0]?.recipe.resize
  return { ...(other && { inputSize: other.recipe.size }), ...(resize && { resize }) }
}

/** Whether it is one of the catalog, which a training can be given by its name. */
export function isKnown(backbone: ModelBackbone): boolean {
  return entryOf(backbone) !== undefined
}

/** A network of somebody's own may be called like one of the catalog. */
function entryOf({ name, weightsSha256 }: ModelBackbone): CatalogEntry | undefined {
  const entry = catalogEntry(name)
  return entry?.sha256 === undefined || entry.sha256 === weightsSha256 ? entry : undefined
}
