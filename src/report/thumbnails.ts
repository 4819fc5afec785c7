import { type Html, html } from './html.ts'

/** All thumbnails together have at most this many characters, to keep the page under 3 MB. */
const MOST_CHARACTERS = 2_200_000
/** At most this many pictures are shown, as making a thumbnail takes longer than naming its picture. */
const MOST_PICTURES = 400
/** Thumbnails made at a time, so that decoding uses all cores and memory stays small. */
const AT_ONCE = 16

/**
 * Loads the thumbnails that a page has room for: index of a picture → data: URI.
 *
 * @param order indices, those most worth seeing first
 */
export async function loadThumbnails(
  order: readonly number[],
  thumbnail: (index: number) => Promise<string | undefined>,
): Promise<Map<number, string>> {
  const wanted = order.slice(0, MOST_PICTURES)
  const loaded = new Map<number, string>()
  let characters = 0
  for (let start = 0; start < wanted.length && characters < MOST_CHARACTERS; start += AT_ONCE) {
    const batch = wanted.slice(start, start + AT_ONCE)
    const uris = await Promise.all(batch.map(thumbnail))
    uris.forEach((uri, at) => {
      if (uri === undefined || !uri.startsWith('data:image/') || characters + uri.length > MOST_CHARACTERS) return
      characters += uri.length
      loaded.set(batch[at]!, uri)
    })
  }
  return loaded
}

/** A picture with a caption; the page's script fills in the pixels, so that each is in the page once. */
export function figure(index: number, path: string, caption: Html): Html {
  return html`<figure><div class="thumb" data-picture="${index}" role="img" aria-label="${path}"></div>
<figcaption>${caption}<span class="path">${path}</span></figcaption></figure>`
}
