import { bankCosine } from '../assess/bank.ts'
import { energyAt, familiarity } from '../assess/familiarity.ts'
import { lastFeatures } from '../features/lastFeatures.ts'
import type { StoredModel } from './stored.ts'

/** How much a picture is like what a model learnt. */
export interface Familiar {
  /** About -0.7 is usual, -7 strange. Undefined when the model doesn't tell. */
  readonly familiarity: number | undefined
  /** True for a picture unlike anything learnt: its scores mean nothing then. */
  readonly unfamiliar: boolean
}

/** Tells one picture's familiarity from its bottleneck, [features], and its logits, [categories]. */
export function familiarOf(
  { familiarity: known, backbones }: StoredModel,
  bottleneck: Float32Array,
  logits: Float32Array,
): Familiar {
  if (!known) return { familiarity: undefined, unfamiliar: false }
  const last = lastFeatures({ values: bottleneck, rows: 1, width: bottleneck.length }, backbones)
  const cosine = bankCosine(known.bank, last.values)
  const score = familiarity(known.rule, cosine, energyAt(logits, 0, logits.length))
  return { familiarity: score, unfamiliar: score < known.rule.threshold }
}
