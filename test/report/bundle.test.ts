import { expect, test } from 'vitest'
import { chartsOf } from '../../src/report/chart.ts'
import { drawn } from '../../src/report/charts.ts'
import { Drawing } from '../../src/report/drawing.ts'
import { sampleReport } from '../helpers/reportFixture.ts'

const built = (name: string) => new URL(`../../dist/report/${name}`, import.meta.url)
const data = sampleReport(['cat', 'dog', 'hen'], 12)

test('what the package holds of ECharts draws the same charts as the whole of it', async () => {
  const part = (await import(built('charts.js').href)) as { drawn: typeof drawn }
  const charts = chartsOf(data)
  expect(charts.map(({ id }) => id)).toEqual(['reliability', 'curve', 'accuracy', 'entropy'])
  for (const chart of charts) {
    const svgs = await part.drawn(chart)
    expect(svgs.join()).toContain('<path')
    expect(svgs).toEqual(await drawn(chart))
  }
})

test('a thread draws the same charts, and where none can be had they are drawn without', async () => {
  const shown = async (drawing: Drawing) => (await drawing.charts(data)).show('curve', 'a <curve>').text
  const here = await shown(new Drawing())
  expect(here).toContain('aria-label="a &lt;curve&gt;"')
  for (const name of ['drawingThread.js', 'no such file']) {
    const drawing = new Drawing()
    drawing.start(built(name))
    drawing.begin({ history: data.history })
    expect(await shown(drawing)).toBe(here)
    await drawing.end()
  }
})

test('what a thread has begun to draw is given up with it, where a training was stopped: it is not drawn instead', async () => {
  const drawing = new Drawing()
  drawing.start(built('drawingThread.js'))
  drawing.begin({ history: data.history })
  const ended = drawing.end() // nobody has asked for what was begun: that it fails is nobody's concern
  await expect(drawing.charts({ history: data.history })).rejects.toThrow('a thread has ended')
  await ended
})
