import { type Chart, type ChartId, optionOf } from './chart.ts'
import { Html, html } from './html.ts'

const SIZES = [
  { name: 'wide', width: 680, height: 300 },
  { name: 'narrow', width: 360, height: 270 },
] as const

/** A chart as SVG, in each size, without a label. */
export type Drawn = readonly string[]

/** Draws a chart. The library is loaded by the first one, because that takes longer than naming a picture. */
export async function drawn(chart: Chart): Promise<Drawn> {
  const { init } = await import('./echarts.ts')
  const [{ width, height }] = SIZES
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    drawing.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...optionOf(chart) })
    return SIZES.map(({ name, ...size }, at) => {
      if (at > 0) drawing.resize(size) // a fifth less than to begin anew
      return cleaned(drawing.renderToSVGString(), `${chart.id}-${name}`)
    })
  } finally {
    drawing.dispose()
  }
}

/** Takes out what only interaction needs, and makes the ids, which count up with every chart drawn, the chart's own. */
function cleaned(svg: string, id: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events|xmlns(?::xlink)?|version|baseProfile)="[^"]*"/g, '')
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>\n?/, '')
    .replace(/zr\d+-/g, `${id}-`)
    .replace(/font-family:[^;"]*;?/g, '')
}

/** The charts of a page. */
export class Charts {
  readonly #drawn: ReadonlyMap<ChartId, Drawn>

  constructor(drawn: ReadonlyMap<ChartId, Drawn>) {
    this.#drawn = drawn
  }

  /**
   * One chart as inline SVG, twice: for wide and for narrow screens, of which the style sheet shows one.
   *
   * @param label what a screen reader says instead
   */
  show(id: ChartId, label: string): Html {
    const opening = (name: string) => html`<svg class="${name}" role="img" aria-label="${label}"`.text
    const sizes = this.#drawn.get(id) ?? []
    const labelled = sizes.map((svg, at) =>
      svg.replace(/^<svg width="\d+" height="\d+"/, () => opening(SIZES[at]!.name)),
    )
    return html`<div class="chart">${labelled.map(svg => new Html(svg))}</div>`
  }
}
