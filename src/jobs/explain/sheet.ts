import { type DecodeLimits, limitsWith } from '../../image/limits.ts'
import { overlay, seenRegion } from '../../image/overlay.ts'
import { canWrite, drawPanels, type Panel, type PanelRow } from '../../image/panels.ts'
import { PictureError } from '../../image/pictureError.ts'
import { decodeUpright } from '../../image/upright.ts'
import { shownLabel } from '../../text.ts'
import type { Explanation } from './explain.ts'
import type { Neighbour } from './nearest.ts'

/** What the explained picture, and each of the nearest, may take, in pixels. */
const LARGE = { width: 340, height: 340 }
const SMALL = { width: 170, height: 170 }

export interface Sheet {
  readonly png: Uint8Array
  /** False where the system has no font to write labels with: they are boxes then. */
  readonly hasWords: boolean
}

/**
 * Draws an explanation: the picture, its maps for the best categories, and below them the nearest training pictures. All
 * maps share one scale, so their colours can be compared.
 *
 * @param name of the picture, as its caption
 */
export async function drawExplanation(
  explanation: Explanation,
  name: string,
  given?: Partial<DecodeLimits>,
): Promise<Sheet> {
  const limits = limitsWith(given)
  const picture = await decodeUpright(explanation.picture, LARGE, limits)
  const region = seenRegion(picture, explanation.resize)
  const scale = strongest(explanation)
  const unseen = explanation.resize === 'crop' && picture.width !== picture.height
  const maps = explanation.categories.map(({ label, score, map }) => ({
    pixels: overlay(picture, map, region, scale),
    title: shownLabel(label),
    note: `score ${score.toFixed(3)}`,
  }))
  const rows = [
    ...inRows(
      'What speaks for and against each category, and where',
      [{ pixels: picture, title: name, note: 'the picture' }, ...maps],
      4,
      `blue speaks against it, orange for it${unseen ? '; washed out: outside of what the network sees' : ''}`,
    ),
    ...inRows('The training pictures most like it', await nearestPanels(explanation.nearest.pictures, limits), 7),
  ]
  return { png: await drawPanels(rows), hasWords: await canWrite() }
}

/** Panels in rows of at most `most`, the first with the heading and the last with the legend. */
function inRows(heading: string, panels: readonly Panel[], most: number, legend?: string): PanelRow[] {
  const rows: PanelRow[] = []
  for (let start = 0; start < panels.length; start += most) {
    rows.push({
      panels: panels.slice(start, start + most),
      ...(start === 0 && { heading }),
      ...(start + most >= panels.length && legend !== undefined && { legend }),
    })
  }
  return rows
}

/** The evidence that gets the full colour: the strongest of all maps. */
function strongest({ categories }: Explanation): number {
  let most = 1e-6
  for (const { map } of categories) for (const value of map.values) most = Math.max(most, Math.abs(value))
  return most
}

async function nearestPanels(pictures: readonly Neighbour[], limits: DecodeLimits): Promise<Panel[]> {
  const panels: Panel[] = []
  for (const { path, label, distance } of pictures) {
    try {
      const pixels = await decodeUpright(path, SMALL, limits)
      panels.push({ pixels, title: shownLabel(label), note: `distance ${distance.toFixed(3)}` })
    } catch (error) {
      if (!(error instanceof PictureError)) throw error // changed or removed just now: it is in the list all the same
    }
  }
  return panels
}
