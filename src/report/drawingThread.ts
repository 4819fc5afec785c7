// The thread's side of drawing.ts.
import { answering } from '../flow/answering.js'
import type { Chart } from './chart.ts'
import { drawn } from './charts.ts'

void import('./echarts.ts') // before a chart is there to draw
answering<Chart>(drawn)
