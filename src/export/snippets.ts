import type { Recipe } from '../image/recipe.ts'
import type { ExportModel } from './formats.ts'
import type { PixelInput } from './pixels.ts'

/** A picture from a file as `pixels`, `pixels_1`, …, fitted and shrunk as itc does it: on white, with triangles. */
export function pythonPixels(inputs: readonly PixelInput[]): string {
  return `from PIL import Image, ImageOps

picture = ImageOps.exif_transpose(Image.open("photo.jpg")).convert("RGBA")
picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
${linesOf(inputs, ({ name, recipe }) => `${name} = np.asarray(${PYTHON_FITS[recipe.resize](recipe)})[None]`)}`
}

/** A picture as the square of a recipe, by Pillow; its own way to shrink is another. */
const PYTHON_FITS: Record<Recipe['resize'], (recipe: Recipe) => string> = {
  stretch: ({ size }) => `picture.resize((${size}, ${size}), Image.BILINEAR)`,
  crop: ({ size }) => `ImageOps.fit(picture, (${size}, ${size}), Image.BILINEAR)`,
  pad: ({ size, mean }) =>
    `ImageOps.pad(picture, (${size}, ${size}), Image.BILINEAR, color=(${filling(mean).join(', ')}))`,
}

/** The same by sharp. */
const NODE_FITS: Record<Recipe['resize'], (recipe: Recipe) => string> = {
  stretch: () => 'fit: "fill"',
  crop: () => 'fit: "cover"',
  pad: ({ mean }) => `fit: "contain", background: "rgb(${filling(mean).join(', ')})"`,
}

/** What a padded picture is filled up with, as whole numbers from 0 to 255. */
function filling(mean: Recipe['mean']): number[] {
  return [...new Uint8ClampedArray(mean)]
}

/** What is fed to an ONNX model in Python. */
export function pythonFeeds(inputs: readonly PixelInput[]): string {
  return `{${inputs.map(({ name }) => `"${name}": ${name}`).join(', ')}}`
}

/** A picture from a file as `raw`, `raw_1`, …. */
export function nodePixels(inputs: readonly PixelInput[]): string {
  const from = 'await sharp("photo.jpg").rotate()'
  const to = '.flatten({ background: "white" }).raw().toBuffer()'
  const fitted = (recipe: Recipe) =>
    `.resize(${recipe.size}, ${recipe.size}, { ${NODE_FITS[recipe.resize](recipe)}, kernel: "linear" })`
  return `import sharp from "sharp"

${linesOf(inputs, ({ raw, recipe }) => `const ${raw} = ${from}${fitted(recipe)}${to}`)}`
}

/** A picture on a page as `pixels`, `pixels_1`, …, by TF.js; all networks of a model fit pictures in one way. */
export function pagePixels(inputs: readonly PixelInput[]): string {
  const { before, square } = PAGE_FITS[inputs[0]!.recipe.resize]
  const resized = ({ size, mean }: Recipe) =>
    `tf.image.resizeBilinear(${square(mean)}, [${size}, ${size}], false, true).expandDims(0)`
  return `${before}
${linesOf(inputs, ({ name, recipe }) => `const ${name} = ${resized(recipe)}`)}`
}

/** What makes a square of a picture on a page, and the square as a network with this mean looks at it. */
interface PageFit {
  readonly before: string
  readonly square: (mean: Recipe['mean']) => string
}

const PAGE_FITS: Record<Recipe['resize'], PageFit> = {
  stretch: { before: 'const square = tf.browser.fromPixels(picture)', square: () => 'square' },
  crop: {
    before: `const whole = tf.browser.fromPixels(picture)
const [high, wide] = whole.shape
const side = Math.min(high, wide)
const square = whole.slice([(high - side) >> 1, (wide - side) >> 1, 0], [side, side, 3])`,
    square: () => 'square',
  },
  pad: {
    before: `const whole = tf.browser.fromPixels(picture)
const [high, wide] = whole.shape
const [below, beside] = [wide - high, high - wide].map(lack => Math.max(0, lack))
const around = [[below >> 1, (below + 1) >> 1], [beside >> 1, (beside + 1) >> 1]]
const channel = (value, at) => whole.slice([0, 0, at], [-1, -1, 1]).pad([...around, [0, 0]], value)
const padded = (...filling) => tf.concat(filling.map(channel), 2)`,
    square: mean => `padded(${filling(mean).join(', ')})`,
  },
}

/** The same from canvases of a page. */
export function canvasPixels(inputs: readonly PixelInput[]): string {
  return `const canvases = document.querySelectorAll("canvas")
const rgb = (canvas, side) => {
  const rgba = canvas.getContext("2d").getImageData(0, 0, side, side).data
  return Uint8Array.from(rgba.filter((_, at) => at % 4 !== 3))
}
${linesOf(inputs, ({ raw, recipe }, at) => `const ${raw} = rgb(canvases[${at}], ${recipe.size})`)}`
}

/** An object of JavaScript with the inputs by their names. @param tensor makes one of what `nodePixels` gives */
export function nodeFeeds(inputs: readonly PixelInput[], tensor: (raw: string, shape: string) => string): string {
  const feeds = inputs
    .map(named)
    .map(({ name, raw, recipe: { size } }) => `${name}: ${tensor(raw, `[1, ${size}, ${size}, 3]`)}`)
  return feeds.length === 1 ? `{ ${feeds[0]} }` : `{\n${feeds.map(feed => `  ${feed},\n`).join('')}}`
}

/** A line of a program for each input. */
export function linesOf(inputs: readonly PixelInput[], line: (input: Named, at: number) => string): string {
  return inputs.map((input, at) => line(named(input), at)).join('\n')
}

/** An input as programs call it, and its bytes. */
interface Named extends PixelInput {
  readonly raw: string
}

function named(input: PixelInput): Named {
  return { ...input, raw: input.name.replace('pixels', 'raw') }
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
export function besideOnnx(inputs: readonly PixelInput[]): string {
  return `from familiar import familiarity, read_rule

features, logits = session.run(["itc/features", "itc/logits"], ${pythonFeeds(inputs)})
rule = read_rule("familiar.json")`
}

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
