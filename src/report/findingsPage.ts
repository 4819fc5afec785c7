import { count, grouped } from '../text.ts'
import { type Html, html } from './html.ts'
import { page } from './page.ts'
import type { Thumbnail } from './reportData.ts'
import { figure, loadThumbnails } from './thumbnails.ts'

/** Pictures of a group that are shown; the others are listed by name. */
const SHOWN = 60
/** Files beside a finding's own that are shown with it, of many copies the first ones. */
const BESIDE = 3

/** One thing to look at. */
interface PageFinding {
  readonly path: string
  /** A fragment to put behind the path. */
  readonly what: string
  readonly remedy: string
  readonly others?: readonly string[]
}

/** Findings of one kind, those first that are most likely. */
export interface FindingGroup {
  readonly id: string
  readonly title: string
  readonly reason: string
  /** Whether their files are pictures that can be shown. */
  readonly isSeen: boolean
  readonly findings: readonly PageFinding[]
}

/** All that the page of findings shows. */
export interface FindingsData {
  /** What was looked through, such as the folder's name. */
  readonly title: string
  readonly pictures: number
  readonly categories: number
  /** The most harmful first. */
  readonly groups: readonly FindingGroup[]
  /** The command that finds them again. */
  readonly command: string
  /** Where the files are, seen from the page, with a `/` behind. */
  readonly base?: string | undefined
}

/**
 * Findings as pictures, on one page that holds all it needs, with a summary before them.
 *
 * @param thumbnail pictures in small; asked for the few hundred first of each group
 */
export async function renderFindings(data: FindingsData, thumbnail: Thumbnail): Promise<string> {
  const shown = data.groups.filter(({ isSeen }) => isSeen).map(({ findings }) => findings.slice(0, SHOWN).map(pathsOf))
  const paths = [...new Set(inTurn(shown).flat())]
  const numbers = new Map(paths.map((path, at) => [path, at]))
  const thumbnails = await loadThumbnails([...paths.keys()], at => thumbnail(paths[at]!))
  return page({
    title: `${data.title}: what to look at`,
    header: summary(data),
    sections: data.groups.map(group => section(group, numbers)),
    data: { base: data.base, thumbnails: Object.fromEntries(thumbnails) },
  })
}

/** Of all groups the first, then the second ones: room for pictures is shared. */
function inTurn<T>(groups: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...groups.map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) => groups.flatMap(group => group.slice(at, at + 1))).flat()
}

function pathsOf({ path, others = [] }: PageFinding): string[] {
  return [path, ...others.slice(0, BESIDE)]
}

function summary({ title, pictures, categories, groups, command }: FindingsData): Html {
  const all = groups.reduce((sum, { findings }) => sum + findings.length, 0)
  const [first] = groups
  return html`<header class="top">
<p class="eyebrow">Pictures looked through · ${title}</p>
<h1>${all === 0 ? 'Nothing doubtful found' : `${count(all, 'thing')} to look at`}</h1>
<p class="lead">In ${count(pictures, 'picture')} of ${count(categories, 'category', 'categories')}${first !== undefined && ', what harms most first'}.</p>
${
  first !== undefined &&
  html`<p>Begin with <a href="#${first.id}">${first.title}</a>: ${lowerFirst(first.reason)} Nothing was moved or changed: what to do is yours to say.</p>`
}
<p class="soft">Made by <code>${command}</code></p>
</header>`
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

function section({ id, title, reason, isSeen, findings }: FindingGroup, numbers: ReadonlyMap<string, number>): Html {
  const same = findings.every(({ remedy }) => remedy === findings[0]!.remedy) ? findings[0]!.remedy : undefined
  const [shown, named] = isSeen ? [findings.slice(0, SHOWN), findings.slice(SHOWN)] : [[], findings]
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title} (${grouped(findings.length)})</h2>
<p>${reason} ${same}</p>
${shown.length > 0 && html`<ul class="gallery findings">${shown.map(finding => item(finding, numbers, same))}</ul>`}
${named.length > 0 && (isSeen ? html`<details><summary>${grouped(named.length)} more by name</summary>${lines(named, same)}</details>` : lines(named, same))}
</section>`
}

/** A picture, or several that it is about beside each other, and what is said of them. */
function item(finding: PageFinding, numbers: ReadonlyMap<string, number>, same: string | undefined): Html {
  const [path, ...others] = pathsOf(finding)
  const said = html`<span class="what">${unbroken(finding.what)}.</span> ${remedyOf(finding, same)}`
  if (others.length === 0) return html`<li>${figure(numbers.get(path!)!, path!, said)}</li>`
  return html`<li class="several"><div class="pairs">${[path!, ...others].map(each => figure(numbers.get(each)!, each, html``))}</div>
<p class="said-of-all">${said}</p></li>`
}

function lines(findings: readonly PageFinding[], same: string | undefined): Html {
  return html`<ul class="advice">${findings.map(finding => html`<li><b class="path">${finding.path}</b> ${unbroken(finding.what)}. ${remedyOf(finding, same)}</li>`)}</ul>`
}

/** What to do about it, unless that was said of all. */
function remedyOf({ remedy }: PageFinding, same: string | undefined): Html | false {
  return remedy !== same && html`<span>${remedy}</span>`
}

/** A percent sign never parts from its number. */
function unbroken(text: string): string {
  return text.replaceAll(' %', '\u202f%')
}
