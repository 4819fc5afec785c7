import { Html, html } from './html.ts'
import { STYLE } from './style.ts'

/** A picture on a sheet; `thumbnail` is a data: URI, undefined where it can't be had. */
export interface SheetPicture {
  readonly caption: string
  readonly path: string
  readonly thumbnail: string | undefined
}

/** Pictures with a caption each, in order, as one self-contained page. */
export function pictureSheet(title: string, intro: string, pictures: readonly SheetPicture[]): string {
  const figures = pictures.map(
    ({ caption, path, thumbnail }) =>
      html`<figure>${thumbnail !== undefined && html`<img src="${thumbnail}" alt="${path}">`}
<figcaption>${caption}<br><span class="path">${path}</span></figcaption></figure>`,
  )
  return html`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="generator" content="itc"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${new Html(STYLE)}</style>
<main><h1>${title}</h1><p>${intro}</p><div class="gallery">${figures}</div></main></html>
`.text
}
