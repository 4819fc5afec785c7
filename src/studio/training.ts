import { PRESET_NAMES, PRESETS, type Preset } from '../backbone/catalog.ts'
import type { TrainOptions } from '../jobs/train/options.ts'
import { isKnown, layersOf, recipeOf } from '../jobs/train/sameNetworks.ts'
import type { Manifest } from '../model/manifest.ts'
import type { ModelNetworks } from './api.ts'

/** The networks of a model, and whether a training here can use them again. */
export function networksOf({ backbones }: Pick<Manifest, 'backbones'>): ModelNetworks {
  const names = backbones.map(({ name }) => name)
  const known = backbones.every(isKnown)
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
