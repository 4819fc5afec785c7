import type { ExportModel } from './formats.ts'

/**
 * A picture from a file as `pixels`, of a model with one input; other ways to resize are told in words below it.
 *
 * @param side in pixels
 */
export function pythonPixels(side: number): string {
  return `from PIL import Image, ImageOps

picture = ImageOps.exif_transpose(Image.open("photo.jpg")).convert("RGB").resize((${side}, ${side}))
pixels = np.asarray(picture)[None]`
}

/** A picture from a file as `raw`. */
export function nodePixels(side: number): string {
  return `import sharp from "sharp"

const raw = await sharp("photo.jpg").rotate().resize(${side}, ${side}, { fit: "fill" }).removeAlpha().raw().toBuffer()`
}

/** The rule for unfamiliar pictures, in JavaScript. */
export function readRule(): string {
  return `import { readFile } from "node:fs/promises"
import { familiarity, readRule } from "./familiar.js"

const text = await readFile("familiar.json", "utf8") // in the browser, without the first import: await (await fetch("familiar.json")).text()
const rule = readRule(JSON.parse(text))`
}

/** Where the rule lies beside a SavedModel. */
export const BESIDE_SAVED_MODEL = `import sys
sys.path.append(f"{folder}/assets.extra")
from familiar import familiarity, read_rule

rule = read_rule(f"{folder}/assets.extra/familiar.json")`

/** Where it lies beside an ONNX file, and the numbers that it takes. */
export const BESIDE_ONNX = `from familiar import familiarity, read_rule

features, logits = session.run(["itc/features", "itc/logits"], {"pixels": pixels})
rule = read_rule("familiar.json")`

/**
 * How a program in Python tells a picture unlike anything learnt; nothing for a model that can't.
 *
 * @param before what reads the rule, and the numbers it takes
 */
export function strangersInPython(
  { familiarity }: ExportModel,
  [features, logits]: readonly [string, string],
  before: string,
): string {
  if (!familiarity) return ''
  return `
A picture unlike anything learnt has scores too, which mean nothing. To tell it:

\`\`\`python
${before}
none_of_these = familiarity(rule, ${features}, ${logits}) < rule["threshold"]
\`\`\`
`
}
