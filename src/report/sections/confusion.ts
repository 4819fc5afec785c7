import { count, shownLabel } from '../../text.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../reportData.ts'
import { shownCells, showsWholeTable } from '../selection.ts'
import { percentOfColumn } from '../words.ts'

/** Categories from which the columns' names stand upright, to save width. */
const ROOMY = 7

/** What was taken for what; every cell with pictures is a button that shows them. */
export function confusion(data: ReportData): Html {
  const { evaluation } = data
  return html`<section id="confusion" aria-labelledby="confusion-title"><h2 id="confusion-title">Mix-ups</h2>
<p>${
    showsWholeTable(data)
      ? 'A row for each folder, a column for each answer.'
      : `Of ${data.categories.length} categories, the pairs that are mixed up most.`
  }<span class="screen"> Choose a number to see its pictures.</span></p>
<div class="scroll" tabindex="0" role="region" aria-label="${showsWholeTable(data) ? 'Confusion matrix' : 'Pairs mixed up'}">${
    showsWholeTable(data) ? table(data) : pairs(data)
  }</div>
<div id="cell" class="panel" aria-live="polite" hidden></div>
${evaluation.pictures === evaluation.right && html`<p class="soft">No mistakes: all are on the diagonal.</p>`}</section>`
}

function table({ categories, evaluation: { confusion: counts } }: ReportData): Html {
  return html`<table class="confusion${categories.length > ROOMY && ' dense'}"><caption class="visually-hidden">Numbers of pictures: folder in rows, answer in columns</caption>
<thead><tr><td class="corner">in folder ↓ · named →</td>${categories.map(name => html`<th scope="col">${shownLabel(name)}</th>`)}</tr></thead>
<tbody>${counts.map((row, given) => {
    const total = row.reduce((sum, amount) => sum + amount, 0)
    return html`<tr><th scope="row">${shownLabel(categories[given]!)}</th>${row.map((amount, predicted) => {
      return html`<td class="${given === predicted ? 'right' : 'wrong'}" style="--share:${shade(amount, total)}">${cell(categories, given, predicted, amount)}</td>`
    })}</tr>`
  })}</tbody></table>`
}

function pairs(data: ReportData): Html {
  const { categories, evaluation } = data
  const rows = shownCells(data)
  return html`<table class="list"><caption class="visually-hidden">The pairs mixed up most</caption>
<thead><tr><th scope="col">In folder</th><th scope="col">Named</th><th scope="col">Pictures</th><th scope="col">Of the folder</th></tr></thead>
<tbody>${rows.map(({ given, predicted, pictures: { length: amount } }) => {
    const total = evaluation.perCategory[given]!.pictures
    return html`<tr><th scope="row">${shownLabel(categories[given]!)}</th><td>${shownLabel(categories[predicted]!)}</td>
<td class="wrong" style="--share:${shade(amount, total)}">${cell(categories, given, predicted, amount)}</td><td class="number">${percentOfColumn(amount / Math.max(1, total))}</td></tr>`
  })}</tbody></table>`
}

function cell(categories: readonly string[], given: number, predicted: number, amount: number): Html {
  if (amount === 0) return html`<span class="zero">0</span>`
  const named = given === predicted ? 'named right' : `named ${shownLabel(categories[predicted]!)}`
  const label = `${count(amount, 'picture')} of ${shownLabel(categories[given]!)} ${named}: show`
  return html`<button type="button" data-cell="${given}-${predicted}" aria-expanded="false" aria-controls="cell" aria-label="${label}">${amount}</button>`
}

/** Strength of the colour: the square root, so that few mistakes are seen beside many right. */
function shade(amount: number, total: number): string {
  return (total === 0 ? 0 : Math.sqrt(amount / total)).toFixed(2)
}
