import type { EChartsOption } from 'echarts'
import type { Calibration } from '../assess/calibration.ts'
import type { LearningCurve } from '../assess/learningCurve.ts'
import { curveOption, reliabilityOption, trainingOption } from './chartOptions.ts'
import type { ReportData, ReportStep } from './reportData.ts'

/** The page's charts, by their ids in it. */
export type ChartId = 'reliability' | 'curve' | 'accuracy' | 'entropy'

/** What a chart shows. */
export type Chart =
  | { readonly id: 'reliability'; readonly calibration: Calibration }
  | { readonly id: 'curve'; readonly curve: LearningCurve }
  | { readonly id: 'accuracy' | 'entropy'; readonly history: readonly ReportStep[] }

/** What charts are drawn of, as much of it as is known. */
export type Charted = Partial<Pick<ReportData, 'evaluation' | 'curve' | 'history'>>

/** The charts that a page can show of it. */
export function chartsOf({ evaluation, curve, history = [] }: Charted): Chart[] {
  return [
    ...(evaluation ? [{ id: 'reliability', calibration: evaluation.calibration } as const] : []),
    ...(curve ? [{ id: 'curve', curve } as const] : []),
    ...(history.length > 0 ? [{ id: 'accuracy', history } as const, { id: 'entropy', history } as const] : []),
  ]
}

export function optionOf(chart: Chart): EChartsOption {
  if (chart.id === 'reliability') return reliabilityOption(chart.calibration)
  if (chart.id === 'curve') return curveOption(chart.curve)
  return trainingOption(chart.history, chart.id === 'accuracy' ? 'accuracy' : 'crossEntropy')
}
