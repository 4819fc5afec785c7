import { count, shownLabel } from '../../text.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../reportData.ts'
import { contradicted, LISTED, mistakes, shownLookAlikes } from '../selection.ts'
import { figure } from '../thumbnails.ts'
import { percent } from '../words.ts'

/** Pictures named wrong and labels that the predictions contradict, each picture once, most doubtful first. */
export function mistakesAndDoubts(data: ReportData): Html | undefined {
  const wrong = mistakes(data)
  const doubtful = contradicted(data)
  if (wrong.length === 0 && doubtful.length === 0) return undefined
  const shownWrong = new Set(wrong.slice(0, LISTED))
  const doubts = new Map(doubtful.slice(0, LISTED).map(doubt => [doubt.row, doubt]))
  const all = [...new Set([...doubts.keys(), ...shownWrong])]
  const isWrong = new Set(wrong)
  const intro = html`<p>${count(wrong.length, 'picture')} named wrong${
    doubtful.length > 0 &&
    html`; of ${count(doubtful.length, 'picture')} the label is doubtful, for classifiers that never saw ${doubtful.length === 1 ? 'it' : 'them'} put ${doubtful.length === 1 ? 'it' : 'them'} elsewhere: is ${doubtful.length === 1 ? 'it' : 'each'} in the right folder`
  }${doubtful.length > 0 ? '?' : '.'}${
    wrong.length > LISTED || doubtful.length > LISTED
      ? ` At most ${LISTED} of each are shown, the surest first; itc doctor lists all that are doubtful.`
      : ''
  }</p>
${doubtful.length > 0 && tabs(all.length, [...shownWrong, ...[...doubts.keys()].filter(row => isWrong.has(row) && !shownWrong.has(row))].length, doubts.size)}`
  return html`<section id="mistakes" aria-labelledby="mistakes-title"><h2 id="mistakes-title">Mistakes and doubts</h2>${intro}
<ul class="gallery">${all.map(row => {
    const { path, given, predicted, score } = data.pictures[row]!
    const doubt = doubts.get(row)
    const kinds = [isWrong.has(row) ? 'wrong' : '', doubt ? 'doubt' : ''].join(' ').trim()
    const [named, share] = doubt ? [doubt.other, doubt.otherScore] : [predicted, score]
    return html`<li data-kinds="${kinds}">${figure(
      row,
      path,
      html`<span class="said">${doubt && 'rather '}${shownLabel(data.categories[named]!)} <b>${percent(share)}</b></span>
<span>in folder ${shownLabel(data.categories[given]!)}${doubt && ` ${percent(doubt.givenScore)}`}</span>`,
    )}</li>`
  })}</ul></section>`
}

/** Buttons that choose what is shown of the list; without the page's script all of it is. */
function tabs(all: number, wrong: number, doubtful: number): Html {
  const tab = (show: string, text: string, amount: number) =>
    html`<button type="button" data-show="${show}" aria-pressed="${show === 'all' ? 'true' : 'false'}">${text} (${amount})</button>`
  return html`<div class="tabs" role="group" aria-label="Show">${tab('all', 'All', all)}${tab('wrong', 'Named wrong', wrong)}${tab('doubt', 'Doubtful labels', doubtful)}</div>`
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
