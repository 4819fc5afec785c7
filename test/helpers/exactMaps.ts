import { expect } from 'vitest'
import { explain } from '../../src/jobs/explain/explain.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'

export const meanOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length

/** The mean of each category's map and its bias are the logit, and the logits are those of the model that names pictures. */
export async function expectExactMaps(tfFiles: string, picture: string): Promise<void> {
  const { categories } = await explain(tfFiles, picture)
  const model = await loadModel(tfFiles, { engine: 'onnx' })
  const { scores } = await model.guess(picture)
  await model.dispose()

  const sum = categories.reduce((total, { logit }) => total + Math.exp(logit), 0)
  categories.forEach(({ label, score, logit, bias, map }, rank) => {
    expect(map.values).toHaveLength(map.width * map.height)
    expect(Math.abs(meanOf(map.values) + bias - logit)).toBeLessThan(1e-4 * Math.max(1e-3, Math.abs(logit)))
    // The logits are those of the model that names pictures.
    expect(label).toBe(scores[rank]!.label)
    expect(score).toBeCloseTo(scores[rank]!.score, 5)
    expect(Math.exp(logit) / sum).toBeCloseTo(scores[rank]!.score, 5)
  })
}
