import { shownLabel } from '../../text.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../reportData.ts'
import { percentOfColumn } from '../words.ts'

/** Figures of each category, the least found first. */
export function categories(data: ReportData): Html {
  const rows = data.evaluation.perCategory
    .map((figures, category) => ({ ...figures, name: shownLabel(data.categories[category]!) }))
    .sort((a, b) => (a.f1 ?? 2) - (b.f1 ?? 2))
  return html`<section id="categories" aria-labelledby="categories-title"><h2 id="categories-title">Category by category</h2>
<p><dfn>Found</dfn> (recall): of a folder’s pictures, how many are named so. <dfn>Right when named</dfn> (precision): of all pictures
given the name, how many deserve it. F1 is one figure for both. The least well told come first.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Figures of each category"><table class="list">
<thead><tr><th scope="col">Category</th><th scope="col" class="number">Pictures</th><th scope="col">Found</th>
<th scope="col" class="number">19 times in 20</th><th scope="col">Right when named</th><th scope="col" class="number">F1</th></tr></thead>
<tbody>${rows.map(
    ({
      name,
      pictures,
      recall,
      precision,
      f1,
      recallInterval,
    }) => html`<tr><th scope="row">${name}</th><td class="number">${pictures}</td>
<td>${bar(recall)}</td><td class="number soft">${pictures === 0 ? '–' : `${percentOfColumn(recallInterval.low)} to ${percentOfColumn(recallInterval.high)}`}</td>
<td>${bar(precision)}</td><td class="number">${f1 === null ? '–' : f1.toFixed(2)}</td></tr>`,
  )}</tbody></table></div></section>`
}

function bar(share: number | null): Html {
  if (share === null) return html`<span class="soft">–</span>`
  return html`<span class="bar"><span class="track"><span style="width:${(share * 100).toFixed(1)}%"></span></span>${percentOfColumn(share)}</span>`
}
