import type { Recipe } from '../image/recipe.ts'
import { inputName } from '../model/graph.ts'
import type { ExportModel } from './formats.ts'
import { pixelInputs } from './pixels.ts'

/** How a picture becomes one input, in words. */
const RESIZING = {
  stretch: (size: number) => `resized to ${size} x ${size} without keeping its proportions`,
  crop: (size: number) => `resized so that its shorter side is ${size} pixels, then the middle ${size} x ${size}`,
  pad: (size: number) => `resized so that its longer side is ${size} pixels, then filled up to ${size} x ${size}`,
}

const LABELS = 'The scores are in the order of the labels and add up to 1.'

export function tfjsReadme(model: ExportModel): string {
  return `# A picture classifier for TF.js

Open \`index.html\` in a browser: it classifies pictures and what a camera sees, on your own machine, without a server.
It needs \`tf.min.js\` and \`page-model.js\` beside it.

\`model.json\` with its \`.bin\` files and \`labels.txt\` are for programs of your own:

\`\`\`js
const model = await tf.loadGraphModel('model.json')
const pixels = tf.image.resizeBilinear(tf.browser.fromPixels(picture), [${size(model)}, ${size(model)}]).expandDims(0)
const scores = await model.predict(pixels).data()
\`\`\`

${inputLines(model, 'float32, values 0 to 255')}
${LABELS}

\`tf.min.js\` is TensorFlow.js, Copyright Google LLC, Apache License 2.0.
`
}

export function savedModelReadme(model: ExportModel): string {
  return `# A picture classifier as a SavedModel

\`\`\`python
classify = tf.saved_model.load(folder).signatures["serving_default"]
scores = classify(pixels=pictures)["scores"]  # uint8 [n, ${size(model)}, ${size(model)}, 3] -> float32 [n, ${model.labels.length}]
\`\`\`

TensorFlow Serving looks for a folder of a version in a folder of the model's name: \`models/NAME/1/saved_model.pb\`.

${inputLines(model, 'uint8')}
${LABELS} They are in \`labels.txt\`.
`
}

export function onnxReadme(model: ExportModel): string {
  return `# A picture classifier as an ONNX model

\`\`\`python
session = onnxruntime.InferenceSession("model.onnx")
[scores] = session.run(["scores"], {"pixels": pictures})  # uint8 [n, ${size(model)}, ${size(model)}, 3] -> float32 [n, ${model.labels.length}]
labels = json.loads(session.get_modelmeta().custom_metadata_map["labels"])
\`\`\`

${inputLines(model, 'uint8')}
${LABELS} They are in \`labels.txt\` too.
`
}

export function graphdefReadme({ recipes }: ExportModel): string {
  const lines = recipes.map(
    (recipe, place) => `- \`${inputName(place)}\`, float32 [n, ${recipe.size}, ${recipe.size}, 3]: ${prepared(recipe)}`,
  )
  return `# A picture classifier as a frozen TensorFlow graph

${lines.join('\n')}
- \`final_result\`, float32: the scores, in the order of \`retrained_labels.txt\`
${recipes.length === 1 ? labelImage(recipes[0]!) : '\n`label_image.py` of TensorFlow for Poets feeds one input, and this graph has several.\n'}`
}

/** Its flags take whole numbers, and 0 as if they were not given. */
function labelImage({ size, mean, scale }: Recipe): string {
  const [red] = mean.map(value => Math.round(value))
  const [factor] = scale.map(value => Math.round(value))
  const exact = mean.every(value => value === red) && scale.every(value => value === factor)
  const note = exact
    ? ''
    : '\nIts flags take whole numbers only, so that its scores differ a little from those of itc.\n'
  return `
With \`label_image.py\` of TensorFlow for Poets:

\`\`\`sh
python label_image.py --graph=retrained_graph.pb --labels=retrained_labels.txt --image=PICTURE \\
  --input_layer=input --input_height=${size} --input_width=${size} --input_mean=${red} --input_std=${factor}
\`\`\`
${note}`
}

function prepared({ size, resize, mean, scale }: Recipe): string {
  const one = (values: readonly number[]) =>
    values.every(value => value === values[0]) ? `${values[0]}` : `[${values.join(', ')}]`
  return `a picture ${RESIZING[resize](size)}, RGB, then (value - ${one(mean)}) / ${one(scale)}`
}

function inputLines({ recipes }: ExportModel, type: string): string {
  return pixelInputs(recipes)
    .map(({ name, recipe: { size, resize } }) => {
      return `Input \`${name}\`: ${type}, [n, ${size}, ${size}, 3], RGB; a picture ${RESIZING[resize](size)}. The model scales it itself.`
    })
    .join('\n')
}

function size({ recipes }: ExportModel): number {
  return recipes[0]!.size
}
