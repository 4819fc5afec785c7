import { VERSION } from '../../version.ts'
import type { ResultRow } from '../guessAll/rows.ts'
import type { TableWriter } from './tableWriter.ts'

/** The kinds of detection that programs know, by what categories of that kind are usually called. */
const KINDS = [
  { id: '1', name: 'animal', labels: undefined },
  { id: '2', name: 'person', labels: ['person', 'people', 'human', 'humans', 'homo_sapiens'] },
  { id: '3', name: 'vehicle', labels: ['vehicle', 'vehicles', 'car', 'cars', 'truck'] },
] as const
const EMPTY = ['empty', 'blank', 'nothing', 'none', 'no_animal', 'background']
const DIGITS = 5

/**
 * The JSON that MegaDetector writes and Timelapse reads. itc names whole pictures, so each has one detection that is the whole
 * picture: its confidence is what the scores of all categories of that kind add up to, its classifications are those scores.
 * A picture whose best category means that nothing is there (`empty`, `blank`) has no detection; one that could not be named
 * says why.
 *
 * @see https://lila.science/megadetector-output-format
 */
export function megadetectorTable(labels: readonly string[]): TableWriter {
  const kinds = labels.map(kindOf)
  let first = true
  const head = {
    info: { format_version: '1.6', detector: 'none: whole pictures', classifier: `itc ${VERSION}` },
    detection_categories: Object.fromEntries(KINDS.map(({ id, name }) => [id, name])),
    classification_categories: Object.fromEntries(labels.map((label, at) => [String(at), label])),
  }
  return {
    begin: () => `${JSON.stringify(head).slice(0, -1)},"images":[`,
    rows: rows =>
      rows
        .map(row => {
          const line = `${first ? '' : ','}\n${image(row, labels, kinds)}`
          first = false
          return line
        })
        .join(''),
    end: () => '\n]}\n',
  }
}

/** The id of a label's kind of detection; undefined for one that says that there is nothing. */
function kindOf(label: string): string | undefined {
  const name = label.toLowerCase().replaceAll(/[\s-]+/g, '_')
  if (EMPTY.includes(name)) return undefined
  return KINDS.find(({ labels }) => (labels as readonly string[] | undefined)?.includes(name))?.id ?? KINDS[0].id
}

function image(
  { key, label, scores, error }: ResultRow,
  labels: readonly string[],
  kinds: readonly (string | undefined)[],
): string {
  const file = JSON.stringify(key)
  if (label === undefined) return `{"file":${file},"failure":${JSON.stringify(error ?? 'not named')},"detections":null}`
  const kind = kinds[labels.indexOf(label)]
  if (kind === undefined) return `{"file":${file},"detections":[]}`
  const own = scores
    .map((score = 0, at) => ({ id: String(at), score, kind: kinds[at] }))
    .filter(each => each.kind === kind)
    .sort((a, b) => b.score - a.score)
  const sum = Math.min(
    1,
    own.reduce((all, { score }) => all + score, 0),
  )
  // Numbers with a point: some readers take 1 for something else than 1.0.
  const classifications = own.map(({ id, score }) => `["${id}",${score.toFixed(DIGITS)}]`).join(',')
  const box = '[0.0,0.0,1.0,1.0]'
  return `{"file":${file},"detections":[{"category":"${kind}","conf":${sum.toFixed(DIGITS)},"bbox":${box},"classifications":[${classifications}]}]}`
}
