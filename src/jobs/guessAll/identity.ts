import { createHash } from 'node:crypto'
import { type DecodeLimits, decidingLimits } from '../../image/limits.ts'
import type { Manifest } from '../../model/manifest.ts'

/** Raised when the same pictures get other rows from the same model. */
const FORMAT = 1

/**
 * What decides the rows of a picture, as a sha256 in hex: networks, recipes, head, labels, and which pictures are refused. Two
 * machines with the same model have the same one, whatever runs their networks.
 */
export function modelIdentity({ labels, backbones, head, familiarity }: Manifest, limits: DecodeLimits): string {
  const networks = backbones.map(({ weightsSha256, recipe, inner, features }) => ({
    weightsSha256,
    recipe,
    inner,
    features,
  }))
  const said = { FORMAT, labels, networks, head, familiarity, limits: decidingLimits(limits) }
  return createHash('sha256').update(JSON.stringify(said)).digest('hex')
}
