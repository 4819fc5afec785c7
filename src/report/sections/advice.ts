import { caveatsOf, MANY_DOUBTS } from '../../assess/caveats.ts'
import { type Refusal, shortText } from '../../dataset/refusals.ts'
import { count, list, shownLabel } from '../../text.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../reportData.ts'
import { contradicted } from '../selection.ts'
import { inWords, percent } from '../words.ts'

/** Categories are called weak when they are found this much less often than all pictures. */
const WEAKER = 0.05
/** A gain worth collecting pictures for. */
const WORTHWHILE = 0.005
/** Pictures of a category from which its figures mean something. */
const ENOUGH = 20

/** What to do next, most useful first; only what the figures call for. */
export function advice(data: ReportData): Html {
  const { spoilt = [] } = data
  // Of a set that is mostly blank or unreadable, how categories look tells nothing.
  const looks = spoilt.length > 0 ? [] : [labels, mixedUp, worstPair, weakCategories, morePictures]
  const items = [
    ...spoilt.map(sentence => html`First of all: ${sentence}`),
    ...looks.flatMap(section => section(data)),
    ...strangers(data),
    ...small(data),
    ...unknowns(data),
    ...skipped(data),
  ]
  return html`<section id="next" aria-labelledby="next-title"><h2 id="next-title">What to do next</h2>
${
  items.length === 0
    ? html`<p>Nothing stands out. Try it on new pictures: <code>itc guess</code>.</p>`
    : html`<ul class="advice">${items.map(item => html`<li>${item}</li>`)}</ul>`
}</section>`
}

function labels(data: ReportData): Html[] {
  const doubtful = contradicted(data).length
  if (doubtful === 0) return []
  if (doubtful > MANY_DOUBTS * data.pictures.length) {
    return [
      html`<a href="#mistakes">${count(doubtful, 'label')} of ${count(data.pictures.length, 'picture')} ${doubtful === 1 ? 'is' : 'are'} doubtful</a>: more than wrong folders explain. Most are of categories that look too much alike to it, or of which it has seen too little.`,
    ]
  }
  return [
    html`<a href="#mistakes">Look at ${count(doubtful, 'doubtful label')}</a>: ${doubtful === 1 ? 'the picture' : 'the pictures'} may be in the wrong folder. Putting that right is the cheapest way to a better classifier.`,
  ]
}

function mixedUp({ evaluation, categories }: ReportData): Html[] {
  const { mixedUp: all } = caveatsOf(evaluation)
  const once = all.filter(
    ({ given, taken }, at) => !all.slice(0, at).some(other => other.given === taken && other.taken === given),
  )
  return once.slice(0, 3).map(({ given, taken, pictures, right, wrong }) => {
    const [name, other] = [shownLabel(categories[given]!), shownLabel(categories[taken]!)]
    return html`<a href="#confusion">Are “${name}” and “${other}” two categories?</a> Of the ${pictures} pictures of “${name}” ${wrong} are taken for “${other}”, ${right} for “${name}”. If they are one, make them one; if not, add pictures that show the difference.`
  })
}

/** The two categories most often taken for one another, where none are as good as one. */
function worstPair({ evaluation, categories }: ReportData): Html[] {
  if (caveatsOf(evaluation).mixedUp.length > 0) return []
  const pairs = evaluation.confusion.flatMap((row, given) =>
    row.map((wrong, taken) => ({ given, taken, wrong: given === taken ? 0 : wrong })),
  )
  const worst = pairs.sort((a, b) => b.wrong - a.wrong)[0]
  if (worst === undefined || worst.wrong < 2) return []
  const [name, other] = [shownLabel(categories[worst.given]!), shownLabel(categories[worst.taken]!)]
  const mistaken = evaluation.pictures - evaluation.right
  return [
    html`<a href="#confusion">“${name}” is taken for “${other}” most</a>: ${worst.wrong} of ${count(mistaken, 'mistake')}. Pictures that show the difference would help.`,
  ]
}

/** Pictures evaluated that are unlike anything learnt. */
function strangers({ strangers: paths = [], pictures }: ReportData): Html[] {
  if (paths.length === 0) return []
  const one = paths.length === 1
  return [
    html`${count(paths.length, 'picture')} of ${pictures.length} ${one ? 'is' : 'are'} unlike anything it learnt (${list(paths, 4)}): ${one ? 'its scores mean' : 'their scores mean'} little. If ${one ? 'it belongs' : 'they belong'}, train with pictures like ${one ? 'it' : 'them'}.`,
  ]
}

function weakCategories({ evaluation, categories }: ReportData): Html[] {
  const weak = evaluation.perCategory
    .map(({ recall, pictures }, category) => ({ recall, pictures, name: categories[category]! }))
    .filter(({ recall, pictures }) => recall !== null && pictures >= 5 && recall < evaluation.accuracy! - WEAKER)
    .sort((a, b) => a.recall! - b.recall!)
    .slice(0, 3)
  if (weak.length === 0) return []
  const names = weak.map(({ name, recall }) => `${shownLabel(name)} (${inWords(recall!)} found)`)
  return [html`<a href="#categories">Add pictures of ${list(names)}</a>: found less often than the rest.`]
}

function morePictures({ curve, evaluation }: ReportData): Html[] {
  const now = curve?.points.at(-1)
  const twice = curve?.forecast[0]
  if (now === undefined || twice === undefined) return []
  const gain = twice.accuracy - now.accuracy
  // Where categories are too small to judge, or nothing is learnt yet, a flat curve is no reason to stop collecting.
  if (gain < WORTHWHILE && (hasSmall(evaluation) || caveatsOf(evaluation).isGuessing)) return []
  return gain < WORTHWHILE
    ? [
        html`<a href="#more">More pictures of the same kind would change little</a>; other kinds of pictures, as different as the ones it will meet, may still help.`,
      ]
    : [
        html`<a href="#more">Twice as many pictures</a> would bring about ${percent(twice.accuracy)}, if the curve goes on as it did.`,
      ]
}

function hasSmall({ perCategory }: ReportData['evaluation']): boolean {
  return perCategory.some(({ pictures }) => pictures < ENOUGH)
}

function small({ evaluation, categories }: ReportData): Html[] {
  const few = evaluation.perCategory.flatMap(({ pictures }, at) =>
    pictures < ENOUGH ? [shownLabel(categories[at]!)] : [],
  )
  if (few.length === 0) return []
  const names = few.length > 4 ? `${count(few.length, 'category', 'categories')}` : list(few)
  return [
    html`Collect at least ${ENOUGH} pictures a category: ${names} ${few.length === 1 ? 'has' : 'have'} fewer, too few to judge.`,
  ]
}

function unknowns({ separation }: ReportData): Html[] {
  const threshold = separation?.threshold
  if (threshold === undefined || threshold.reached) return []
  return [
    html`<a href="#unknown">Don’t rely on it to notice pictures of something else</a>: here it catches ${inWords(threshold.caught)} of them.`,
  ]
}

function skipped({ skipped: files, refusals = [], short = [] }: ReportData): Html[] {
  if (files.length === 0) return []
  const left = short.length > 0 && html` That leaves categories ${shortText(short, shownLabel)}.`
  return [
    html`<a href="#skipped">${count(files.length, 'file')} could not be used</a> and took no part.${left}`,
    ...refusals.filter(({ command }) => command !== undefined).map(conversion),
  ]
}

function conversion({ files, reason, command, needs }: Refusal): Html {
  return html`Convert ${count(files, 'file')} (${reason})${needs && `, by ${needs}`}: <code>${command}</code>`
}
