import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import type { EngineName } from '../../src/engine/engine.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { train } from '../../src/jobs/train/train.ts'
import type { Score } from '../../src/model/model.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { describeTensorflow } from '../helpers/tensorflowSuite.ts'

const BACKBONES = ['mobilenet_v1', 'efficientnet_lite0', 'efficientnet_lite2']

/** The reference pictures where they are beside the repository, else the drawings inside it. */
const superheroes = fileURLToPath(new URL('../../../shared/superheroes', import.meta.url))
const drawings = fileURLToPath(new URL('../drawings', import.meta.url))
const pictures = fs.existsSync(superheroes) ? superheroes : drawings

describeTensorflow('both engines, each from the pictures to the scores', () => {
  it.each(BACKBONES)('name every test picture alike, with the same scores to 1e-3: %s', async backbone => {
    const byOnnx = await trainAndGuess('onnx', backbone)
    const byTensorflow = await trainAndGuess('tensorflow', backbone)
    expect(byTensorflow.counts).toEqual(byOnnx.counts)
    expect(byTensorflow.guesses.length).toBe(byOnnx.guesses.length)
    byOnnx.guesses.forEach((scores, picture) => {
      const others = byTensorflow.guesses[picture]!
      expect(others.map(({ label }) => label)).toEqual(scores.map(({ label }) => label))
      scores.forEach(({ score }, rank) => {
        expect(Math.abs(others[rank]!.score - score)).toBeLessThan(1e-3)
      })
    })
  })
})

/** Bottlenecks, head and guesses all by one engine: what was trained on, and every test picture's scores, best first. */
async function trainAndGuess(name: EngineName, backbone: string) {
  const tfFiles = await tempFolder()
  await fs.copy(
    pictures === drawings ? join(drawings, 'data') : join(pictures, 'tf_files', 'data'),
    join(tfFiles, 'data'),
  )
  // Cross-validation takes the most of it in TensorFlow: once is enough.
  const { manifest } = await train(tfFiles, { engine: name, backbone, folds: backbone === BACKBONES[0] ? 5 : 0 })
  const model = await loadModel(tfFiles, { engine: name })
  const folder = join(pictures, 'test_data')
  const guesses: (readonly Score[])[] = []
  for await (const guess of model.guessAll((await fs.readdir(folder)).sort().map(file => join(folder, file)))) {
    if ('scores' in guess) guesses.push(guess.scores)
  }
  await model.dispose()
  return { counts: manifest.counts, guesses }
}
