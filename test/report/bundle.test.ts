import { expect, test } from 'vitest'
import * as options from '../../src/report/chartOptions.ts'
import { loadCharts } from '../../src/report/charts.ts'
import { sampleReport } from '../helpers/reportFixture.ts'

test('what the package holds of ECharts draws the same charts as the whole of it', async () => {
  const built = new URL('../../dist/report/charts.js', import.meta.url).href
  const [whole, part] = await Promise.all([
    loadCharts(),
    (import(built) as Promise<{ loadCharts: typeof loadCharts }>).then(m => m.loadCharts()),
  ])
  const { history, evaluation, curve } = sampleReport(['cat', 'dog', 'hen'], 12)
  for (const [name, option] of Object.entries({
    accuracy: options.trainingOption(history!, 'accuracy'),
    entropy: options.trainingOption(history!, 'crossEntropy'),
    reliability: options.reliabilityOption(evaluation.calibration),
    curve: options.curveOption(curve!),
  })) {
    const drawn = part.draw(name, name, option).text
    expect(drawn).toContain('<path')
    expect(drawn).toBe(whole.draw(name, name, option).text)
  }
})
