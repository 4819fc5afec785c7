import type { CustomSeriesOption, EChartsOption } from 'echarts'
import type { Calibration } from '../assess/calibration.ts'
import type { LearningCurve } from '../assess/learningCurve.ts'
import { briefPercent } from '../text.ts'
import type { ReportStep } from './reportData.ts'

// Colours are the page's own variables, so that one drawing serves light and dark.
const INK = 'var(--ink-soft)'
const LINE = 'var(--line)'
const FIRST = 'var(--first)'
const SECOND = 'var(--second)'
const BAND = 'var(--band)'

const asNumber = (value: number) => String(Math.round(value * 1000) / 1000)

/** Accuracy, or cross entropy, against the step of training. */
export function trainingOption(history: readonly ReportStep[], figure: 'accuracy' | 'crossEntropy'): EChartsOption {
  const isAccuracy = figure === 'accuracy'
  const train = history.map(report => [report.step, isAccuracy ? report.trainAccuracy : report.crossEntropy])
  const validation = history
    .map(report => [report.step, isAccuracy ? report.validationAccuracy : report.validationCrossEntropy])
    .filter((point): point is [number, number] => point[1] !== undefined)
  return {
    ...frame(),
    xAxis: axis('Training step', { max: history.at(-1)?.step ?? 1 }),
    yAxis: axis('', {
      scale: isAccuracy,
      ...(isAccuracy ? { max: 1 } : { min: 0 }),
      axisLabel: { formatter: isAccuracy ? briefPercent : asNumber, color: INK },
    }),
    series: [
      line('Training pictures', train, FIRST, 'circle'),
      ...(validation.length > 0 ? [line('Validation pictures', validation, SECOND, 'diamond')] : []),
    ],
  }
}

/** Accuracy of each bin of scores against its mean score; on the diagonal scores mean what they say. */
export function reliabilityOption({ bins }: Calibration): EChartsOption {
  const full = bins.flatMap(({ pictures, meanScore, accuracy, interval }) => {
    return meanScore === null || accuracy === null ? [] : [{ pictures, meanScore, accuracy, interval }]
  })
  const most = Math.max(1, ...full.map(({ pictures }) => pictures))
  return {
    ...frame(),
    legend: { ...frame().legend, data: ['Right in fact'] },
    xAxis: axis('Score given', { min: 0, max: 1, interval: 0.2, axisLabel: { formatter: briefPercent, color: INK } }),
    yAxis: axis('', { min: 0, max: 1, interval: 0.2, axisLabel: { formatter: briefPercent, color: INK } }),
    series: [
      {
        ...line(
          '',
          [
            [0, 0],
            [1, 1],
          ],
          LINE,
          'none',
        ),
        lineStyle: { color: INK, width: 1, type: 'dashed' },
      },
      intervals(
        full.map(({ meanScore, interval }) => [meanScore, interval.low, interval.high]),
        FIRST,
      ),
      {
        name: 'Right in fact',
        type: 'scatter',
        color: FIRST,
        data: full.map(({ meanScore, accuracy, pictures }) => ({
          value: [meanScore, accuracy],
          symbolSize: 7 + 17 * Math.sqrt(pictures / most),
        })),
      },
    ],
  }
}

/** Accuracy against the number of training pictures, measured and, beyond, foretold. */
export function curveOption({ points, forecast }: LearningCurve): EChartsOption {
  const last = points.at(-1)
  const all = [...points, ...forecast]
  const lowest = Math.min(...all.map(({ low }) => low))
  // Both ends are ticks, so that no two labels come too close.
  const interval = lowest < 0.5 ? 0.2 : lowest < 0.8 ? 0.1 : 0.05
  const min = Math.max(0, Math.floor(lowest / interval) * interval)
  return {
    ...frame(),
    xAxis: {
      ...axis('Training pictures', {}),
      type: 'log',
      logBase: 2,
      min: Math.min(...all.map(({ pictures }) => pictures)) * 0.9,
      max: Math.max(...all.map(({ pictures }) => pictures)) * 1.1,
      // Ticks stand at the points, not at powers of 2 between them.
      axisTick: { lineStyle: { color: LINE }, customValues: all.map(({ pictures }) => pictures) },
      axisLabel: {
        color: INK,
        fontSize: 12,
        hideOverlap: true,
        customValues: all.map(({ pictures }) => pictures),
        formatter: (value: number) => String(Math.round(value)),
      },
    },
    yAxis: axis('', {
      min,
      max: 1,
      interval,
      axisLabel: { formatter: briefPercent, color: INK },
    }),
    series: [
      intervals(
        points.map(({ pictures, low, high }) => [pictures, low, high]),
        FIRST,
      ),
      line(
        'Measured',
        points.map(({ pictures, accuracy }) => [pictures, accuracy]),
        FIRST,
        'circle',
      ),
      ...(last === undefined || forecast.length === 0
        ? []
        : [
            intervals(
              forecast.map(({ pictures, low, high }) => [pictures, low, high]),
              SECOND,
            ),
            {
              ...line(
                'If it goes on so',
                [last, ...forecast].map(at => [at.pictures, at.accuracy]),
                SECOND,
                'diamond',
              ),
              lineStyle: { color: SECOND, width: 2, type: 'dashed' as const },
            },
          ]),
    ],
  }
}

function frame() {
  return {
    grid: { left: 52, right: 18, top: 40, bottom: 48 },
    legend: { top: 4, left: 44, itemWidth: 22, itemGap: 18, textStyle: { color: INK, fontSize: 13 } },
  }
}

function axis(name: string, more: object) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: 30,
    nameTextStyle: { color: INK, fontSize: 13 },
    axisLine: { show: true, lineStyle: { color: LINE } },
    axisTick: { lineStyle: { color: LINE } },
    axisLabel: { color: INK, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: LINE } },
    splitNumber: 4,
    ...more,
  }
}

function line(name: string, data: unknown[][], color: string, symbol: 'circle' | 'diamond' | 'none') {
  return {
    name,
    type: 'line' as const,
    data: data as number[][],
    color,
    symbol,
    symbolSize: 7,
    itemStyle: { color },
    lineStyle: { color, width: 2 },
  }
}

/** A bar from low to high at each place: the 95 % interval. */
function intervals(data: number[][], color: string): CustomSeriesOption {
  const style = color === FIRST ? { stroke: BAND, lineWidth: 6 } : { stroke: color, opacity: 0.35, lineWidth: 6 }
  return {
    type: 'custom',
    data,
    encode: { x: 0, y: [1, 2] },
    z: 1,
    clip: true,
    renderItem: (_, api) => {
      const [x1, y1] = api.coord([api.value(0), api.value(1)])
      const [x2, y2] = api.coord([api.value(0), api.value(2)])
      return { type: 'line', shape: { x1: x1!, y1: y1!, x2: x2!, y2: y2! }, style }
    },
  }
}
