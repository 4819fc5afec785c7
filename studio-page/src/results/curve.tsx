import type { Results } from '../../../src/studio/api.ts'
import { count, percent } from '../words.ts'

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [420, 190, 44, 24]

/** Accuracy by the number of pictures, with its interval; a forecast is dashed. */
export function Curve({ points }: { readonly points: Results['curve'] }) {
  const most = Math.max(...points.map(({ pictures }) => pictures))
  const least = Math.min(...points.map(({ low }) => low))
  const floor = Math.max(0, Math.floor(least * 10) / 10)
  const x = (pictures: number) => LEFT + (pictures / most) * (WIDTH - LEFT - 10)
  const y = (share: number) => HEIGHT - BOTTOM - ((share - floor) / (1 - floor || 1)) * (HEIGHT - BOTTOM - 10)
  const line = (some: Results['curve']) => some.map(point => `${x(point.pictures)},${y(point.accuracy)}`).join(' ')
  const measured = points.filter(({ forecast }) => !forecast)
  const band = [
    ...points.map(point => `${x(point.pictures)},${y(point.high)}`),
    ...points.toReversed().map(point => `${x(point.pictures)},${y(point.low)}`),
  ].join(' ')
  const last = points.at(-1)!
  const now = measured.at(-1)
  return (
    <>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} class="curve" aria-hidden="true">
        <polygon points={band} class="curve-band" />
        <polyline points={line(points)} class="curve-forecast" />
        <polyline points={line(measured)} class="curve-line" />
        {[floor, 1].map(share => (
          <text key={share} x={LEFT - 6} y={y(share) + 4} text-anchor="end">
            {percent(share)}
          </text>
        ))}
        <text x={LEFT} y={HEIGHT - 6}>
          0
        </text>
        <text x={WIDTH - 10} y={HEIGHT - 6} text-anchor="end">
          {count(most, 'picture')}
        </text>
      </svg>
      {now && (
        <p class="soft">
          {count(now.pictures, 'picture')}: {percent(now.accuracy)}
          {last.forecast && `; with ${last.pictures.toLocaleString('en')}, perhaps ${percent(last.accuracy)}`}.
        </p>
      )}
    </>
  )
}
