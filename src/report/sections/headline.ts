import { caveatsOf } from '../../assess/caveats.ts'
import { count, grouped, list, shownLabel } from '../../text.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../reportData.ts'
import { between, FEW, inWords, percent } from '../words.ts'

/** The one sentence that matters, how sure it is, and the figures beside it. */
export function headline(data: ReportData): Html {
  const { evaluation, test, categories, basis } = data
  const { accuracy } = evaluation
  const how =
    basis.kind === 'cross-validation'
      ? `Measured on ${count(evaluation.pictures, 'picture')} by ${basis.folds}-fold cross-validation: each was named by a classifier that had never seen it.`
      : `Measured on the ${count(evaluation.pictures, 'picture')} of the folder.`
  return html`<header class="top">
<p class="eyebrow">Image classifier · ${data.title}</p>
<h1>${accuracy === null ? 'No pictures to measure on' : sentence(accuracy)}</h1>
${
  accuracy !== null &&
  html`<p class="lead"><strong>${percent(accuracy)}</strong> of pictures are named right. The true figure for pictures like these lies
${between(evaluation.interval)}, 19 times in 20.</p>`
}
<p class="soft">${how}</p>
${flattered(data)}
${
  evaluation.pictures < FEW &&
  html`<p class="note">That is few pictures. Take these figures as a first impression: the range above shows how far they may be off.</p>`
}
${guessing(data)}
${uneven(data)}
<dl class="cards">
${card('Categories', String(categories.length), list(categories.map(shownLabel), 4))}
${card('Pictures', grouped(evaluation.pictures), data.skipped.length > 0 ? `${data.skipped.length} skipped` : 'none skipped')}
${
  test?.accuracy !== null &&
  test !== undefined &&
  card('Final test', percent(test.accuracy), `${test.right} of ${test.pictures} right; ${between(test.interval)}`)
}
</dl>
${experts(data)}
</header>`
}

/** Figures that take some knowledge, folded away. */
function experts({ evaluation: { logLoss, calibration } }: ReportData): Html | undefined {
  if (logLoss === null && calibration.error === null) return undefined
  return html`<details><summary>Figures for experts</summary><dl class="cards">
${logLoss !== null && card('Log loss', logLoss.toFixed(3), 'lower is better; 0 is perfect')}
${
  calibration.error !== null &&
  card(
    'Calibration error',
    percent(calibration.error),
    `how far scores are off, on average; ${percent(calibration.chance ?? 0)} is chance`,
  )
}
</dl></details>`
}

/** Pictures that were trained on say nothing about new ones. */
function flattered({ learnt = 0, evaluation: { pictures } }: ReportData): Html | undefined {
  if (learnt === 0) return undefined
  const which =
    learnt === pictures
      ? 'All of these pictures are'
      : `${grouped(learnt)} of these pictures ${learnt === 1 ? 'is' : 'are'}`
  return html`<p class="note">${which} also in the data it was trained on, so the figures flatter. Measure on pictures kept apart.</p>`
}

/** With two categories, guessing is right half of the time. */
function guessing({ evaluation, categories }: ReportData): Html | undefined {
  const { isGuessing, largest } = caveatsOf(evaluation)
  if (!isGuessing || largest === undefined) return undefined
  const verb = evaluation.accuracy! <= largest.share ? 'is' : 'may be'
  return html`<p class="note">That ${verb} no better than guessing: always naming “${shownLabel(categories[largest.category]!)}” would be right for ${percent(largest.share)} of them.</p>`
}

/** One huge category hides how the small ones fare. */
function uneven({ evaluation, categories }: ReportData): Html | undefined {
  const { isUneven, largest } = caveatsOf(evaluation)
  if (!isUneven || largest === undefined) return undefined
  return html`<p class="note">The categories differ in size: “${shownLabel(categories[largest.category]!)}” has ${percent(largest.share)} of the pictures. When every category counts the same, only <strong>${percent(evaluation.balancedAccuracy!)}</strong> are named right (balanced accuracy).</p>`
}

function sentence(accuracy: number): string {
  const words = inWords(accuracy)
  if (words === 'all') return 'All pictures are named right'
  if (words === 'none') return 'No picture is named right'
  return `About ${words} pictures are named right`
}

function card(name: string, value: string, remark: string): Html {
  return html`<div class="card"><dt>${name}</dt><dd><span class="value">${value}</span><span class="remark">${remark}</span></dd></div>`
}
