import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { TfjsArtifacts } from '../formats/tfjs/write.ts'
import { featuresName, LOGITS, RESULT } from '../model/graph.ts'
import { familiarJson } from './familiar.ts'
import type { ExportModel } from './formats.ts'
import { pixelInputs } from './pixels.ts'

/** `page/` of this package: the same from `src/` and from `dist/`. */
const PAGE = new URL('../../page/', import.meta.url)
/** The page's modules, each after those that it imports. */
const MODULES = ['familiar.js', 'pixels.js', 'model.js', 'camera.js', 'page.js']
/** Bytes of weights in one script: what the bar of progress moves by. A multiple of 3, so that base64 needs no filling. */
const PART_BYTES = 3 * 256 * 1024

/**
 * A page that classifies in the browser, and the scripts that it loads from beside it. It works opened as a file: there a
 * page may load scripts but not fetch, so that the model lies in scripts too, in parts, whose loading can be shown.
 */
export async function pageFiles(
  { labels, recipes, familiarity, accuracy }: ExportModel,
  { weightData, ...artifacts }: TfjsArtifacts,
): Promise<[string, Uint8Array | string][]> {
  const [html, style, tf, wasm, ...modules] = await Promise.all(
    ['index.html', 'page.css', 'tf.min.js', 'tf-wasm.min.js', ...MODULES].map(read),
  )
  const inputs = pixelInputs(recipes).map(({ name, recipe: { size, resize, mean } }) => ({ name, size, resize, mean }))
  const outputs = [RESULT, ...(familiarity ? [featuresName(recipes.length), LOGITS] : [])]
  const parts = weightParts(weightData)
  const familiar = familiarity && familiarJson(familiarity)
  const model = { labels, accuracy, inputs, outputs, familiar, artifacts, parts: parts.length }
  // Functions, since replacement strings have a language of their own.
  const page = html!
    .replace('/* page.css */', () => style!)
    .replace('/* page.js */', () => modules.map(inOne).join('\n'))
  return [
    ['tf.min.js', tf!],
    ['tf-wasm.min.js', wasm!],
    ...parts.map((base64, at): [string, string] => [`page-weights-${at + 1}.js`, `ITC_WEIGHTS.push("${base64}")\n`]),
    ['page-model.js', `globalThis.ITC_MODEL = ${JSON.stringify(model)}\n`],
    ['index.html', page],
  ]
}

function read(name: string): Promise<string> {
  return readFile(fileURLToPath(new URL(name, PAGE)), 'utf8')
}

/** A module as a part of one that holds them all: pages opened as files can't import. */
function inOne(text: string): string {
  return text.replace(/^import .*\n/gm, '').replace(/^export /gm, '')
}

function weightParts(bytes: Uint8Array): string[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, at) =>
    whole.subarray(at * PART_BYTES, (at + 1) * PART_BYTES).toString('base64'),
  )
}
