import { blocksOf } from '../../backbone/backbone.ts'
import type { ExportFamiliarity } from '../../export/familiar.ts'
import type { StoredModel } from '../../model/stored.ts'
import { percent } from '../../text.ts'

/** How often a model was right about pictures that it never saw, as a sentence; undefined where that was not measured. */
export function accuracySentence({ manifest: { metrics } }: StoredModel): string | undefined {
  const share = metrics.crossValidation ?? metrics.test
  if (typeof share?.accuracy !== 'number') return undefined
  const { right, pictures, interval } = share
  const range = `${percent(interval.low)} to ${percent(interval.high)}`
  return `Right about ${right} of ${pictures} pictures that it had not seen: ${percent(share.accuracy)}, or ${range} to be expected.`
}

/** What tells pictures unlike anything learnt, with the places of the last features among those of all backbones. */
export function exportFamiliarity({ familiarity, backbones }: StoredModel): ExportFamiliarity | undefined {
  if (!familiarity) return undefined
  let from = 0
  const columns = backbones.map(backbone => {
    const range = [from, from + blocksOf(backbone)[0]!] as const
    from += backbone.features
    return range
  })
  return { ...familiarity, columns }
}
