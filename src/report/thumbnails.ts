import type { Html } from './html.ts'
import { html } from './html.ts'
import type { ReportData, ReportPicture, Thumbnail } from './reportData.ts'

/** Characters of all thumbnails together, at most: the page is to stay under 3 MB. */
const MOST_CHARACTERS = 2_200_000
/** Pictures shown, at most: making a thumbnail takes longer than naming its picture. */
const MOST_PICTURES = 400
/** Of pictures named right, which show what a category looks like. */
const EXAMPLES = 6
/** Of one kind of mistake. */
const MISTAKES = 24
/** Asked for at a time, so that decoding uses all cores and memory stays small. */
const AT_ONCE = 16

/** Entries of the lists of doubtful labels, look-alikes and odd pictures that are shown. */
export const LISTED = 24

/** The pictures in each cell of the confusion matrix, the surest first; keys are `given-predicted`. */
export function cellsOf(pictures: readonly ReportPicture[]): Map<string, number[]> {
  const cells = new Map<string, number[]>()
  pictures.forEach(({ given, predicted }, index) => {
    const key = `${given}-${predicted}`
    const cell = cells.get(key)
    if (cell) cell.push(index)
    else cells.set(key, [index])
  })
  for (const cell of cells.values()) cell.sort((a, b) => pictures[b]!.score - pictures[a]!.score || a - b)
  return cells
}

/** Loads the thumbnails that the page has room for, those most worth seeing first: index of a picture → data: URI. */
export async function loadThumbnails(data: ReportData, thumbnail: Thumbnail): Promise<Map<number, string>> {
  const wanted = wantedPictures(data).slice(0, MOST_PICTURES)
  const loaded = new Map<number, string>()
  let characters = 0
  for (let start = 0; start < wanted.length && characters < MOST_CHARACTERS; start += AT_ONCE) {
    const batch = wanted.slice(start, start + AT_ONCE)
    const uris = await Promise.all(batch.map(index => thumbnail(data.pictures[index]!.path)))
    uris.forEach((uri, at) => {
      if (uri === undefined || !uri.startsWith('data:image/') || characters + uri.length > MOST_CHARACTERS) return
      characters += uri.length
      loaded.set(batch[at]!, uri)
    })
  }
  return loaded
}

function wantedPictures(data: ReportData): number[] {
  const wanted = new Set<number>()
  const cells = cellsOf(data.pictures)
  for (const { row } of contradicted(data)) wanted.add(row)
  for (const [key, cell] of cells) {
    const [given, predicted] = key.split('-')
    if (given !== predicted) for (const index of cell.slice(0, MISTAKES)) wanted.add(index)
  }
  for (const { first, second } of (data.duplicates ?? []).slice(0, LISTED)) wanted.add(first).add(second)
  for (const { row } of (data.outliers ?? []).slice(0, LISTED)) wanted.add(row)
  for (const [key, cell] of cells) {
    const [given, predicted] = key.split('-')
    if (given === predicted) for (const index of spread(cell, EXAMPLES)) wanted.add(index)
  }
  return [...wanted]
}

/** The doubtful labels that are listed. */
export function contradicted({ doubts = [] }: ReportData) {
  return doubts.filter(doubt => doubt.contradicted).slice(0, LISTED)
}

/** Some entries from all along a list. */
function spread(entries: readonly number[], amount: number): number[] {
  if (entries.length <= amount) return [...entries]
  return Array.from({ length: amount }, (_, at) => entries[Math.floor((at * entries.length) / amount)]!)
}

/** A picture with a caption; the page's script fills in the pixels, so that each is in the page once. */
export function figure(index: number, path: string, caption: Html): Html {
  return html`<figure><div class="thumb" data-picture="${index}" role="img" aria-label="${path}"></div>
<figcaption>${caption}<span class="path">${path}</span></figcaption></figure>`
}
