import { count, shownLabel } from '../../text.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../reportData.ts'
import { contradicted, LISTED, mistakes, shownLookAlikes } from '../selection.ts'
import { figure } from '../thumbnails.ts'
import { percent } from '../words.ts'

/** The mistakes that the classifier was surest of. */
export function worstMistakes(data: ReportData): Html | undefined {
  const { pictures, categories } = data
  const wrong = mistakes(data)
  if (wrong.length === 0) return undefined
  return gallery(
    'mistakes',
    'Worst mistakes',
    html`<p>${count(wrong.length, 'picture')} named wrong${
      wrong.length > LISTED ? html`; here are the ${LISTED} it was surest of` : ', the surest first'
    }.</p>`,
    wrong.slice(0, LISTED).map(index => {
      const { path, given, predicted, score } = pictures[index]!
      return figure(
        index,
        path,
        html`<span class="said">${shownLabel(categories[predicted]!)} <b>${percent(score)}</b></span>
<span>in folder ${shownLabel(categories[given]!)}</span>`,
      )
    }),
  )
}

/** Labels that the predictions contradict. */
export function doubtfulLabels(data: ReportData): Html | undefined {
  if (data.doubts === undefined) return undefined
  const { pictures, categories } = data
  const doubtful = contradicted(data)
  const all = doubtful.length
  if (all === 0) return undefined
  return gallery(
    'doubtful',
    'Doubtful labels',
    html`<p>Is each of these in the right folder? Classifiers that never saw them would have put them elsewhere. The
most doubtful come first${all > LISTED && html`; ${LISTED} of ${all} are shown`}. <code>itc doctor</code> lists them all.</p>`,
    doubtful.slice(0, LISTED).map(({ row, given, other, givenScore, otherScore }) =>
      figure(
        row,
        pictures[row]!.path,
        html`<span class="said">rather ${shownLabel(categories[other]!)} <b>${percent(otherScore)}</b></span>
<span>in folder ${shownLabel(categories[given]!)} ${percent(givenScore)}</span>`,
      ),
    ),
  )
}

/** Pictures that are all but the same, and pictures like no other. */
export function oddPictures(data: ReportData): Html | undefined {
  const { pictures, duplicates = [], outliers = [], categories } = data
  if (duplicates.length === 0 && outliers.length === 0) return undefined
  const pairs = shownLookAlikes(data)
  return html`<section id="odd" aria-labelledby="odd-title"><h2 id="odd-title">Look-alikes and odd ones out</h2>
${
  duplicates.length > 0 &&
  html`<p>${count(duplicates.length, 'pair')} of pictures ${duplicates.length === 1 ? 'is' : 'are'} all but the same. Copies teach nothing new, and in different folders they contradict each other.${
    pairs.length < duplicates.length && ` ${pairs.length} are shown, those across folders first.`
  }</p>
<ul class="gallery pairs">${pairs.map(pair => html`<li>${[pair.first, pair.second].map(index => figure(index, pictures[index]!.path, html`<span>${shownLabel(categories[pictures[index]!.given]!)}</span>`))}</li>`)}</ul>`
}
${
  outliers.length > 0 &&
  html`<p>${count(outliers.length, 'picture')} ${outliers.length === 1 ? 'looks' : 'look'} like no other in the folders. ${outliers.length === 1 ? 'Does it' : 'Do they'} belong?</p>
<ul class="gallery">${outliers.slice(0, LISTED).map(({ row }) => html`<li>${figure(row, pictures[row]!.path, html`<span>in folder ${shownLabel(categories[pictures[row]!.given]!)}</span>`)}</li>`)}</ul>`
}
</section>`
}

function gallery(id: string, title: string, intro: Html, figures: readonly Html[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${intro}
<ul class="gallery">${figures.map(item => html`<li>${item}</li>`)}</ul></section>`
}
