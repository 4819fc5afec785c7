import type { EChartsOption } from 'echarts'
import { Html, html } from './html.ts'

/** Draws charts; loaded only when a report is made, because loading the library takes longer than naming a picture. */
export interface Charts {
  /**
   * One chart as inline SVG, twice: for wide and for narrow screens, of which the style sheet shows one.
   *
   * @param id unique in the page
   * @param label what a screen reader says instead
   */
  draw(id: string, label: string, option: EChartsOption): Html
}

const SIZES = [
  { name: 'wide', width: 680, height: 300 },
  { name: 'narrow', width: 360, height: 270 },
] as const

export async function loadCharts(): Promise<Charts> {
  const { init } = await import('./echarts.ts')
  return {
    draw(id, label, option) {
      return html`<div class="chart">${SIZES.map(({ name, width, height }) => {
        const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
        try {
          chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option })
          return new Html(cleaned(chart.renderToSVGString(), `${id}-${name}`, name, label))
        } finally {
          chart.dispose()
        }
      })}</div>`
    },
  }
}

/** Takes out what only interaction needs, and makes the ids, which count up with every chart drawn, the chart's own. */
function cleaned(svg: string, id: string, name: string, label: string): string {
  const escaped = html`${label}`.text
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events|xmlns(?::xlink)?|version|baseProfile)="[^"]*"/g, '')
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>\n?/, '')
    .replace(/zr\d+-/g, `${id}-`)
    .replace(/font-family:[^;"]*;?/g, '')
    .replace(/^<svg width="\d+" height="\d+"/, `<svg class="${name}" role="img" aria-label="${escaped}"`)
}
