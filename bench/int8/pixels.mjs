// node bench/int8/pixels.mjs OUT TF_FILES…: what int8.py reads: the bundled networks with their inner layers as ONNX, and of each
// set the pixels as the networks take them, and the labels.
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { compiledOnnx } from '../../dist/backbone/compile.js'
import { findBackbones } from '../../dist/backbone/find.js'
import { scanDataset } from '../../dist/dataset/scan.js'
import { probe } from '../../dist/engine/probe.js'
import { decodeForAll } from '../../dist/image/decode.js'
import { findPictures } from '../../dist/model/pictures.js'

const [out, ...sets] = process.argv.slice(2)
mkdirSync(out, { recursive: true })
const names = ['mobilenet_v1', 'efficientnet_lite0', 'efficientnet_lite2']
const networks = (await Promise.all(names.map(name => findBackbones(name, { probe, layers: 'many' })))).flat()
for (const network of networks) writeFileSync(join(out, `${network.name}.onnx`), await compiledOnnx(network))

const labels = {}
for (const set of sets) {
  const name = basename(resolve(set))
  const place = await findPictures(set, {})
  const { pictures, categories } = await scanDataset(place.folders, place)
  const pixels = networks.map(() => [])
  labels[name] = []
  for (const { path, label } of pictures) {
    const inputs = await decodeForAll(
      path,
      networks.map(({ recipe }) => recipe),
    ).catch(() => undefined)
    if (!inputs) continue
    labels[name].push(categories.indexOf(label))
    for (const [at, input] of inputs.entries()) pixels[at].push(input)
  }
  for (const [at, network] of networks.entries()) {
    writeFileSync(join(out, `${name}-${network.name}.u8`), Buffer.concat(pixels[at]))
  }
}
const described = networks.map(({ name, recipe, features, inner }) => ({
  name,
  size: recipe.size,
  blocks: [features - inner.reduce((sum, length) => sum + length, 0), ...inner],
}))
writeFileSync(join(out, 'sets.json'), JSON.stringify({ networks: described, labels }))
