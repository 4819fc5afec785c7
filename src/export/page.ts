import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { TfjsArtifacts } from '../formats/tfjs/write.ts'
import { RESULT } from '../model/graph.ts'
import type { ExportModel } from './formats.ts'
import { pixelInputs } from './pixels.ts'

/** `page/` of this package: the same from `src/` and from `dist/`. */
const PAGE = new URL('../../page/', import.meta.url)

/**
 * A page that classifies in the browser, and the scripts that it loads from beside it. It works opened as a file: there a
 * page may load scripts but not fetch, so that the model lies in a script too.
 */
export async function pageFiles(
  { labels, recipes }: ExportModel,
  { weightData, ...artifacts }: TfjsArtifacts,
): Promise<[string, Uint8Array | string][]> {
  const [html, style, script, tf] = await Promise.all(
    ['index.html', 'page.css', 'page.js', 'tf.min.js'].map(name =>
      readFile(fileURLToPath(new URL(name, PAGE)), 'utf8'),
    ),
  )
  const inputs = pixelInputs(recipes).map(({ name, recipe: { size, resize, mean } }) => ({ name, size, resize, mean }))
  const model = { labels, inputs, output: RESULT, artifacts, weights: Buffer.from(weightData).toString('base64') }
  // Functions, since replacement strings have a language of their own.
  const page = html!.replace('/* page.css */', () => style!).replace('/* page.js */', () => script!)
  return [
    ['tf.min.js', tf!],
    ['page-model.js', `globalThis.ITC_MODEL = ${JSON.stringify(model)}\n`],
    ['index.html', page],
  ]
}
