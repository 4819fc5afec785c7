import { count } from '../../text.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../reportData.ts'
import { MOST_SKIPPED } from '../selection.ts'

/** Files that took no part, and why. */
export function skippedFiles({ skipped }: ReportData): Html | undefined {
  if (skipped.length === 0) return undefined
  return html`<section id="skipped" aria-labelledby="skipped-title"><h2 id="skipped-title">Skipped files</h2>
<p>${count(skipped.length, 'file')} could not be used.${skipped.length > MOST_SKIPPED && ` The first ${MOST_SKIPPED} are listed.`}</p>
<div class="scroll tall" tabindex="0" role="region" aria-label="Table of skipped files"><table class="list"><thead><tr><th scope="col">File</th><th scope="col">Why</th></tr></thead>
<tbody>${skipped.slice(0, MOST_SKIPPED).map(({ path, reason }) => html`<tr><th scope="row" class="path">${path}</th><td>${reason}</td></tr>`)}</tbody></table></div></section>`
}

/** What it takes to do the same again. */
export function recipe({ basis, recipe: { command, settings } }: ReportData): Html {
  const same =
    basis.kind === 'folder'
      ? 'model, pictures and command give the same figures'
      : 'pictures, command and versions give the same classifier'
  return html`<section id="recipe" aria-labelledby="recipe-title"><h2 id="recipe-title">Do it again</h2>
<p>The same ${same}.</p>
<pre tabindex="0"><code>${command}</code></pre>
${settings.length > 0 && html`<dl class="settings">${settings.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`}</section>`
}
