import { catalogEntry, PRESET_NAMES, PRESETS, type Preset } from '../backbone/catalog.ts'
import type { CatalogEntry } from '../backbone/entry.ts'
import type { TrainOptions } from '../jobs/train/options.ts'
import type { Manifest, ModelBackbone } from '../model/manifest.ts'
import type { ModelNetworks } from './api.ts'

/** The networks of a model, and whether a training here can use them again. */
export function networksOf({ backbones }: Pick<Manifest, 'backbones'>): ModelNetworks {
  const names = backbones.map(({ name }) => name)
  const known = backbones.every(backbone => entryOf(backbone) !== undefined)
  const preset = known ? PRESET_NAMES.find(name => PRESETS[name] === names.join('+')) : undefined
  return { names, preset: preset ?? null, known }
}

/**
 * How a training here is done: as the folder's model was, whoever made it, so that pressing Train never undoes what was
 * chosen in a terminal.
 *
 * @param manifest of that model; undefined where there is none, or one that tells nothing of its training
 * @param preset networks to take in place of the model's own
 */
export function trainingLike(manifest: Manifest | undefined, preset?: Preset): TrainOptions {
  const wanted = preset === undefined ? {} : { preset }
  if (manifest === undefined || manifest.format === 0) return wanted
  const { names, known } = networksOf(manifest)
  const { folds, head, ...options } = manifest.options
  return {
    ...options,
    // What the page shows is measured so.
    ...(folds > 0 && { folds }),
    ...(known && preset === undefined ? { backbone: names.join('+') } : wanted),
    // Models of before there was a choice had none: they get what is usual now.
    ...(head !== undefined && { head, ...layersOf(manifest.backbones) }),
    ...recipeOf(manifest.backbones),
  }
}

/** `last` where inner layers were there to be read and were not. */
function layersOf(backbones: readonly ModelBackbone[]): Pick<TrainOptions, 'layers'> {
  const layered = backbones.filter(backbone => entryOf(backbone)?.inner !== undefined)
  if (layered.length === 0) return {}
  return { layers: layered.some(({ inner = [] }) => inner.length > 0) ? 'many' : 'last' }
}

/** What was asked of the networks otherwise than as the catalog has them. */
function recipeOf(backbones: readonly ModelBackbone[]): Pick<TrainOptions, 'inputSize' | 'resize'> {
  const other = backbones.find(backbone => {
    const entry = entryOf(backbone)
    return entry !== undefined && entry.recipe.size !== backbone.recipe.size
  })
  const resize = backbones[0]?.recipe.resize
  return { ...(other && { inputSize: other.recipe.size }), ...(resize && { resize }) }
}

/** A network of somebody's own may be called like one of the catalog. */
function entryOf({ name, weightsSha256 }: ModelBackbone): CatalogEntry | undefined {
  const entry = catalogEntry(name)
  return entry?.sha256 === undefined || entry.sha256 === weightsSha256 ? entry : undefined
}
