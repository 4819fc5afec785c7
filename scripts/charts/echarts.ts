// What the report's charts take of ECharts: the whole library is 62 MB as installed, this 0.5 MB in one file.
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([CustomChart, LineChart, ScatterChart, GridComponent, LegendComponent, SVGRenderer])

export { init }
