import type { TrainEvent } from '../jobs/train/events.ts'
import { printable } from '../text.ts'

/** What was found in a network that the user brought, and how to say otherwise where something is only assumed. */
export function networkLines(event: Extract<TrainEvent, { kind: 'network' }>): string[] {
  const { name, recipe, features, bottleneck, assumesSize, assumesScaling } = event
  const [mean, scale] = [recipe.mean, recipe.scale].map(oneOrThree)
  const size = `${recipe.size} px${assumesSize ? ' (assumed)' : ''}`
  const formula =
    mean === '0' ? (scale === '1' ? 'values of 0 to 255' : `value / ${scale}`) : `(value - ${mean}) / ${scale}`
  const scaling = `${formula}${assumesScaling ? ' (assumed)' : ''}`
  const line = `network ${printable(name)}: ${size}, ${scaling}, ${features} features from "${printable(bottleneck)}"`
  const flags = [...(assumesSize ? ['--input-size'] : []), ...(assumesScaling ? ['--mean and --scale'] : [])]
  return flags.length === 0 ? [line] : [line, `  if it was trained with other pictures, say so: ${flags.join(', ')}`]
}

function oneOrThree(values: readonly number[]): string {
  const shown = values.map(value => String(Number(value.toPrecision(5))))
  return new Set(shown).size === 1 ? shown[0]! : `[${shown.join(', ')}]`
}
