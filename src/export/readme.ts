import type { Recipe } from '../image/recipe.ts'
import { featuresName, inputName, LOGITS } from '../model/graph.ts'
import type { ExportModel } from './formats.ts'
import { type PixelInput, pixelInputs } from './pixels.ts'
import {
  BESIDE_SAVED_MODEL,
  besideOnnx,
  canvasPixels,
  linesOf,
  nodeFeeds,
  nodePixels,
  pagePixels,
  pythonFeeds,
  pythonPixels,
  readRule,
  strangersInPython,
} from './snippets.ts'

/** How a picture becomes one input, in words. */
const RESIZING = {
  stretch: (size: number) => `resized to ${size} x ${size} without keeping its proportions`,
  crop: (size: number) => `resized so that its shorter side is ${size} pixels, then the middle ${size} x ${size}`,
  pad: (size: number) => `resized so that its longer side is ${size} pixels, then filled up to ${size} x ${size}`,
}

const LABELS = 'The scores are in the order of the labels and add up to 1.'

export function tfjsReadme(model: ExportModel): string {
  const inputs = pixelInputs(model.recipes)
  const feeds = `{ ${inputs.map(({ name }) => name).join(', ')} }`
  return `# A picture classifier for TF.js

Open \`index.html\` in a browser: it classifies pictures and what a camera sees, on your own machine, without a server.
It needs the scripts beside it: \`tf.min.js\`, \`tf-wasm.min.js\` (loaded where there is no graphics processor), \`page-model.js\`
and \`page-weights-….js\`. For a phone, put them on a web site: browsers give the camera to pages at https addresses only.

\`model.json\` with its \`.bin\` files and \`labels.txt\` are for programs of your own. In the browser:

\`\`\`js
const model = await tf.loadGraphModel("model.json") // tf: of tf.min.js, or @tensorflow/tfjs
const picture = document.querySelector("img") // or a canvas, or a video
${pagePixels(inputs)}
const scores = await model.predict(${feeds}).data()
\`\`\`

In Node, with \`@tensorflow/tfjs-node\` and \`sharp\`:

\`\`\`js
import tf from "@tensorflow/tfjs-node"
${nodePixels(inputs)}
${linesOf(inputs, ({ name, raw, recipe: { size } }) => `const ${name} = tf.tensor(Float32Array.from(${raw}), [1, ${size}, ${size}, 3])`)}
const model = await tf.loadGraphModel("file://model.json")
const scores = await model.predict(${feeds}).data()
\`\`\`
${
  model.familiarity
    ? `
A picture unlike anything learnt has scores too, which mean nothing. To tell it:

\`\`\`js
${readRule()}
const outputs = model.execute(${feeds}, ["${featuresName(model.recipes.length)}", "${LOGITS}"])
const [features, logits] = await Promise.all(outputs.map(output => output.data()))
const isNoneOfThese = familiarity(rule, features, logits) < rule.threshold
\`\`\`
`
    : ''
}
${inputLines(model, 'float32, values 0 to 255')}
${LABELS}
${accuracyLine(model)}
\`tf.min.js\` and \`tf-wasm.min.js\` are TensorFlow.js, Copyright Google LLC, Apache License 2.0.
`
}

export function savedModelReadme(model: ExportModel): string {
  const inputs = pixelInputs(model.recipes)
  return `# A picture classifier as a SavedModel

In Python, with \`tensorflow\` and \`pillow\`:

\`\`\`python
import numpy as np
import tensorflow as tf
${pythonPixels(inputs)}
folder = "."  # where saved_model.pb is
classify = tf.saved_model.load(folder).signatures["serving_default"]
result = classify(${inputs.map(({ name }) => `${name}=tf.constant(${name})`).join(', ')})  # uint8 ${shapes(inputs)}
scores = result["scores"].numpy()  # float32 [n, ${model.labels.length}]
\`\`\`
${strangersInPython(model, ['result["features"]', 'result["logits"]'], BESIDE_SAVED_MODEL)}
In Node, with \`@tensorflow/tfjs-node\` and \`sharp\`:

\`\`\`js
import tf from "@tensorflow/tfjs-node"
${nodePixels(inputs)}
const model = await tf.node.loadSavedModel(".") // where saved_model.pb is
const { scores } = model.predict(${nodeFeeds(inputs, (raw, shape) => `tf.tensor(${raw}, ${shape}, "int32").toInt()`)})
\`\`\`

For browsers there is \`itc export --format tfjs\`. TensorFlow Serving looks for a folder of a version in a folder of the
model's name: \`models/NAME/1/saved_model.pb\`.

${inputLines(model, 'uint8')}
${LABELS} They are in \`labels.txt\`.
${accuracyLine(model)}`
}

export function onnxReadme(model: ExportModel): string {
  const inputs = pixelInputs(model.recipes)
  const sides = inputs.map(({ recipe: { size } }) => `${size} x ${size}`).join(' and ')
  return `# A picture classifier as an ONNX model

In Python, with \`onnxruntime\` and \`pillow\`:

\`\`\`python
import json
import numpy as np
import onnxruntime
${pythonPixels(inputs)}
session = onnxruntime.InferenceSession("model.onnx")
[scores] = session.run(["scores"], ${pythonFeeds(inputs)})  # uint8 ${shapes(inputs)} -> float32 [n, ${model.labels.length}]
labels = json.loads(session.get_modelmeta().custom_metadata_map["labels"])
\`\`\`
${strangersInPython(model, ['features', 'logits'], besideOnnx(inputs))}
In Node, with \`onnxruntime-node\` and \`sharp\`:

\`\`\`js
import ort from "onnxruntime-node"
${nodePixels(inputs)}
const session = await ort.InferenceSession.create("model.onnx")
const result = await session.run(${nodeFeeds(inputs, (raw, shape) => `new ort.Tensor("uint8", ${raw}, ${shape})`)})
const scores = result.scores.data
\`\`\`

In the browser, with \`onnxruntime-web\`, the same, with the pixels of ${inputs.length === 1 ? 'a canvas' : 'canvases'} of ${sides}:

\`\`\`js
${canvasPixels(inputs)}
\`\`\`
${
  model.familiarity
    ? `
and in both, to tell a picture unlike anything learnt, whose scores mean nothing:

\`\`\`js
${readRule()}
const isNoneOfThese = familiarity(rule, result["itc/features"].data, result["itc/logits"].data) < rule.threshold
\`\`\`
`
    : ''
}
${inputLines(model, 'uint8')}
${LABELS} They are in \`labels.txt\` too.
${accuracyLine(model)}`
}

/** How often it is right, where that was measured. */
function accuracyLine({ accuracy }: ExportModel): string {
  return accuracy === undefined ? '' : `\n${accuracy}\n`
}

export function graphdefReadme(model: ExportModel): string {
  const { recipes, familiarity } = model
  const lines = recipes.map(
    (recipe, place) => `- \`${inputName(place)}\`, float32 [n, ${recipe.size}, ${recipe.size}, 3]: ${prepared(recipe)}`,
  )
  return `# A picture classifier as a frozen TensorFlow graph

${lines.join('\n')}
- \`final_result\`, float32: the scores, in the order of \`retrained_labels.txt\`
${
  familiarity
    ? `- \`${featuresName(recipes.length)}\` and \`${LOGITS}\`: what \`familiar.py\` tells a picture unlike anything learnt by; read its head\n`
    : ''
}${recipes.length === 1 ? labelImage(recipes[0]!) : '\n`label_image.py` of TensorFlow for Poets feeds one input, and this graph has several.\n'}${accuracyLine(model)}`
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

function shapes(inputs: readonly PixelInput[]): string {
  return inputs.map(({ recipe: { size } }) => `[n, ${size}, ${size}, 3]`).join(' and ')
}
