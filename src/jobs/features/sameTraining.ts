import { existsSync } from 'node:fs'
import { DEFAULT_BACKBONE } from '../../backbone/catalog.ts'
import { layoutOf } from '../../model/layout.ts'
import { readModel } from '../../model/load.ts'
import type { ModelBackbone } from '../../model/manifest.ts'
import { isKnown, layersOf, recipeOf } from '../train/sameNetworks.ts'

/** What a training is to be told so that it uses networks as the model of a folder does. */
export interface SameNetworks {
  /** Flags of `itc train` with their values, without those that are as usual. */
  readonly flags: Readonly<Record<string, string>>
  /** Networks of somebody's own: where they lie no model remembers, and the command has FILE for each. */
  readonly unknown: readonly string[]
}

/** Of the model in a working folder; nothing is to be told where there is none. */
export async function sameNetworksAs(tfFiles: string): Promise<SameNetworks> {
  if (!existsSync(layoutOf(tfFiles).manifest)) return { flags: {}, unknown: [] }
  return sameNetworks((await readModel(tfFiles)).manifest.backbones)
}

function sameNetworks(backbones: readonly ModelBackbone[]): SameNetworks {
  const names = backbones.map(backbone => (isKnown(backbone) ? backbone.name : 'FILE')).join('+')
  const { layers } = layersOf(backbones)
  const { inputSize, resize } = recipeOf(backbones)
  const flags = {
    ...(names !== DEFAULT_BACKBONE && { backbone: names }),
    ...(layers === 'last' && { layers }),
    ...(inputSize !== undefined && { 'input-size': String(inputSize) }),
    ...(resize !== undefined && resize !== 'stretch' && { resize }),
  }
  return { flags, unknown: backbones.filter(backbone => !isKnown(backbone)).map(({ name }) => name) }
}
