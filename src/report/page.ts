import { Html, html, jsonScript } from './html.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

/** Marks a page as written by itc, which alone may be replaced by a newer one. */
const MARK = '<meta name="generator" content="itc">'

interface Page {
  readonly title: string
  /** What stands above all sections, the first heading in it. */
  readonly header: Html
  /** Each a `<section>` with an id, its heading first: the contents are made of those. */
  readonly sections: readonly Html[]
  /** What the page's script shows: `thumbnails` by their numbers, and `base` where their files are. */
  readonly data: object
}

/** The text of a page that holds all it needs: no other file, no network. */
export function page({ title, header, sections, data }: Page): string {
  const contents = sections.flatMap(({ text }) => {
    const found = /<section id="([\w-]+)"[^>]*><h2[^>]*>([^<]+)</.exec(text)
    return found === null ? [] : [{ id: found[1]!, title: new Html(found[2]!) }]
  })
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${new Html(MARK)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<main id="main">
${header}
<nav aria-label="Contents"><ul>${contents.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections}
</main>
<footer>Made by <code>itc</code>. Nothing on this page is loaded from elsewhere, and nothing is sent.</footer>
${jsonScript('report-data', data)}
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.text
}

/** Whether a file's text is a page that \`page\` made. */
export function isReport(text: string): boolean {
  return text.slice(0, 500).includes(MARK)
}
