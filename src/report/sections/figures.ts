import { type CertaintyPoint, pointFor, precisionOf } from '../../assess/certainty.ts'
import { count, shownLabel } from '../../text.ts'
import type { Charts } from '../charts.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../reportData.ts'
import { between, FEW, inWords, percent, percentOfColumn } from '../words.ts'

/** Precision that the page speaks of. */
const RELIED_ON = 0.95

/** Whether scores can be trusted. */
export function reliability({ evaluation, calibration, certainty }: ReportData, charts: Charts): Html | undefined {
  const { error, chance, bins } = evaluation.calibration
  if (error === null || chance === null) return undefined
  const full = bins.filter(({ pictures }) => pictures > 0)
  return html`<section id="scores" aria-labelledby="scores-title"><h2 id="scores-title">Can its scores be trusted?</h2>
<p>When it says 90&#8239;%, it should be right 9 times in 10. Dots on the dashed line are just that; below it the scores promise too much, above it too little. Larger dots stand for more pictures.
On average they are off by <strong>${percent(error)}</strong> (expected calibration error, ${bins.length} equally wide bins). Chance alone makes the best of scores seem off by <strong>${percent(chance)}</strong> on as many pictures.</p>
${calibration?.before !== undefined && calibration.before !== null && html`<p class="soft">Scores were corrected by a temperature of ${calibration.temperature.toFixed(2)}, fitted on pictures held back in turn. Error before: ${percent(calibration.before)}${calibration.after !== null && `, after: ${percent(calibration.after)}`}.</p>`}
${charts.show('reliability', `Reliability diagram: ${full.map(bin => `scores about ${percent(bin.meanScore!)}: ${percent(bin.accuracy!)} right of ${bin.pictures}`).join('; ')}`)}
${certainty && reliance(certainty)}
${numbers(
  ['Score', 'Pictures', 'Mean score', 'Right', '19 times in 20'],
  full.map(bin => [
    `${percentOfColumn(bin.from)} to ${percentOfColumn(bin.to)}`,
    String(bin.pictures),
    percentOfColumn(bin.meanScore!),
    percentOfColumn(bin.accuracy!),
    `${percentOfColumn(bin.interval.low)} to ${percentOfColumn(bin.interval.high)}`,
  ]),
)}</section>`
}

/** From which score on names can be relied on, and how many pictures that leaves. */
function reliance(table: readonly CertaintyPoint[]): Html | undefined {
  const all = table[0]
  const point = pointFor(table, RELIED_ON)
  if (all === undefined || point === undefined) return undefined
  const wanted = `${Math.round(RELIED_ON * 100)} in 100`
  if (precisionOf(point) < RELIED_ON) {
    return html`<p>No score is known to be right ${wanted} times: too many of the surest names are wrong, or there are too few pictures to tell.</p>`
  }
  if (point.threshold === 0) return html`<p>Whatever its scores, its names are right at least ${wanted} times.</p>`
  return html`<p>For names that are right at least ${wanted} times, rely on scores from <strong>${percent(point.threshold)}</strong> on: <strong>${percent(point.pictures / all.pictures)}</strong> of pictures reach it. <code>itc guess-dir --unsure</code> puts the others aside.</p>`
}

/** What more pictures would bring. */
export function morePictures({ curve }: ReportData, charts: Charts): Html | undefined {
  const last = curve?.points.at(-1)
  if (curve === undefined || last === undefined || curve.points.length < 2) return undefined
  const [twice, fourTimes] = curve.forecast
  const rows = [
    ...curve.points.map(point => ({ ...point, kind: 'measured' })),
    ...curve.forecast.map(point => ({ ...point, kind: 'expected' })),
  ]
  return html`<section id="more" aria-labelledby="more-title"><h2 id="more-title">Would more pictures help?</h2>
<p>The same training on fewer pictures shows how accuracy grows with their number.
${twice !== undefined && html`With twice as many, expect about <strong>${percent(twice.accuracy)}</strong> (${between(twice)})${fourTimes !== undefined && html`; with four times, ${percent(fourTimes.accuracy)} (${between(fourTimes)})`}. That supposes more pictures of the same kind, and that errors keep falling at the same rate.`}</p>
${charts.show('curve', `Accuracy against number of training pictures: ${rows.map(row => `${row.pictures}: ${percent(row.accuracy)} ${row.kind}`).join('; ')}`)}
${numbers(
  ['Training pictures', 'Accuracy', '19 times in 20', ''],
  rows.map(row => [
    String(row.pictures),
    percentOfColumn(row.accuracy),
    `${percentOfColumn(row.low)} to ${percentOfColumn(row.high)}`,
    row.kind,
  ]),
)}</section>`
}

/** How training went, step by step. */
export function training({ history = [] }: ReportData, charts: Charts): Html | undefined {
  const last = history.at(-1)
  if (last === undefined) return undefined
  const optional = (value: number | undefined, write: (value: number) => string) =>
    value === undefined ? '–' : write(value)
  const rows = history.map(report => [
    String(report.step),
    percent(report.trainAccuracy),
    report.crossEntropy.toFixed(4),
    optional(report.validationAccuracy, percent),
    optional(report.validationCrossEntropy, value => value.toFixed(4)),
  ])
  return html`<section id="training" aria-labelledby="training-title"><h2 id="training-title">How training went</h2>
<p>Accuracy should rise and level off. If it falls on validation pictures while it rises on training pictures, the classifier is learning its pictures by heart.</p>
<div class="two"><div><h3>Accuracy</h3>${charts.show('accuracy', `Accuracy rises to ${percent(last.trainAccuracy)} on training pictures`)}</div>
<div><h3>Cross entropy (lower is better)</h3>${charts.show('entropy', `Cross entropy falls to ${last.crossEntropy.toFixed(3)} on training pictures`)}</div></div>
${numbers(['Step', 'Accuracy', 'Cross entropy', 'Validation accuracy', 'Validation cross entropy'], rows)}</section>`
}

/** How pictures of none of the categories are told. */
export function unknown({ separation, categories }: ReportData): Html | undefined {
  if (separation === undefined || separation.auroc === null) return undefined
  const { auroc, threshold, perCategory } = separation
  const strangers = perCategory.reduce((sum, { pictures }) => sum + pictures, 0)
  return html`<section id="unknown" aria-labelledby="unknown-title"><h2 id="unknown-title">Does it notice “none of these”?</h2>
<p>To find out, each category was left out in turn and its pictures shown as strangers. A stranger looked less familiar than a picture that belongs
<strong>${auroc >= 1 ? 'always' : auroc <= 0 ? 'never' : `${inWords(auroc)} times`}</strong> (AUROC ${auroc.toFixed(3)}; 0.5 is guessing, 1 is perfect). Such strangers are close relatives; pictures of another world are easier.${strangers < FEW && ` With ${count(strangers, 'picture')} that is a first impression.`}</p>
${
  threshold !== undefined &&
  html`<p>Pictures below the threshold are marked as unlike anything seen. It catches <strong>${inWords(threshold.caught)}</strong> of the strangers and lets <strong>${percent(threshold.coverage)}</strong> of the pictures that belong through.
When half of all pictures are strangers, ${percent(threshold.precision)} of those let through belong${threshold.reached ? '.' : ': less than asked for, as being stricter would turn away too many that belong.'}</p>`
}
<p class="soft">By neighbours alone the AUROC is ${separation.neighboursAuroc?.toFixed(3) ?? '–'}${separation.energyAuroc !== null && `, by the logits’ energy alone ${separation.energyAuroc.toFixed(3)}`}.</p>
${numbers(
  ['Left out', 'Pictures', 'AUROC'],
  perCategory.map(entry => [shownLabel(categories[entry.category]!), String(entry.pictures), entry.auroc.toFixed(3)]),
)}</section>`
}

/** A chart's figures as a table, for those who don't see it or want to copy it. */
function numbers(head: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<details><summary>Figures</summary><div class="scroll" tabindex="0" role="region" aria-label="Figures by ${head[0]!}"><table class="list"><thead><tr>${head.map(name => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map((value, at) => (at === 0 ? html`<th scope="row">${value}</th>` : html`<td>${value}</td>`))}</tr>`)}</tbody></table></div></details>`
}
