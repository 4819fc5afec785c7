import sharp from 'sharp'
import type { Pixels } from './fit.ts'
import { AGAINST, FOR } from './overlay.ts'

/** A picture with words below it. */
export interface Panel {
  readonly pixels: Pixels
  /** In bold, and what is said below it. */
  readonly title: string
  readonly note: string
}

/** Panels side by side, under a heading or going on with the row before. */
export interface PanelRow {
  readonly heading?: string
  readonly panels: readonly Panel[]
  /** Shows what the colours mean, with this beside it. */
  readonly legend?: string
}

/** A piece of the sheet and where it goes, in pixels. */
interface Piece {
  readonly input: Uint8Array
  readonly raw?: { readonly width: number; readonly height: number; readonly channels: 3 | 4 }
  readonly left: number
  readonly top: number
}

const MARGIN = 24
const GAP = 18
const TITLE_PX = 17
const NOTE_PX = 14
/** From line to line, as a share of the letters' size. */
const LINE = 1.3
/** Words below a narrow picture are given this much. */
const LEAST_CAPTION = 120
/** Longer names are cut: they would need more lines than the picture is high. */
const MOST_LETTERS = 48

/** Draws rows of panels on white. @returns a PNG */
export async function drawPanels(rows: readonly PanelRow[]): Promise<Uint8Array> {
  const pieces: Piece[] = []
  let top = MARGIN
  let right = 0
  for (const row of rows) {
    if (row.heading !== undefined) {
      const heading = await text(row.heading, { px: NOTE_PX, colour: '#52606d' })
      pieces.push({ ...heading.piece, left: MARGIN, top })
      right = Math.max(right, MARGIN + heading.width)
      top += heading.height + 10
    }
    const pictures = Math.max(0, ...row.panels.map(({ pixels }) => pixels.height))
    let left = MARGIN
    let captions = 0
    for (const { pixels, title, note } of row.panels) {
      const { data, width, height } = pixels
      pieces.push({ input: data, raw: { width, height, channels: 3 }, left, top: top + pictures - height })
      const room = Math.max(width, LEAST_CAPTION)
      const bold = await text(title, { px: TITLE_PX, colour: '#1f2933', bold: true, width: room })
      const small = await text(note, { px: NOTE_PX, colour: '#3e4c59', width: room })
      const below = top + pictures + 8
      pieces.push({ ...bold.piece, left, top: below })
      pieces.push({ ...small.piece, left, top: below + bold.lines * LINE * TITLE_PX })
      captions = Math.max(captions, 8 + LINE * (bold.lines * TITLE_PX + small.lines * NOTE_PX))
      left += Math.max(width, bold.width, small.width) + GAP
    }
    right = Math.max(right, left - GAP)
    top += pictures + captions
    if (row.legend !== undefined) {
      const { piece, width, height } = await text(row.legend, { px: NOTE_PX, colour: '#52606d' })
      pieces.push({ ...legendBar(height), left: MARGIN, top: top + GAP })
      pieces.push({ ...piece, left: MARGIN + LEGEND + 12, top: top + GAP })
      right = Math.max(right, MARGIN + LEGEND + 12 + width)
      top += GAP + height
    }
    top += MARGIN
  }
  const sheet = {
    width: Math.round(right + MARGIN),
    height: Math.round(top),
    channels: 3 as const,
    background: '#ffffff',
  }
  return sharp({ create: sheet })
    .composite(
      pieces.map(({ raw, ...piece }) => ({
        ...(raw && { raw }),
        input: Buffer.from(piece.input),
        left: Math.round(piece.left),
        top: Math.round(piece.top),
      })),
    )
    .png({ compressionLevel: 9 })
    .toBuffer()
}

const LEGEND = 150

/** From full blue by grey to full orange. */
function legendBar(height: number): Pick<Piece, 'input' | 'raw'> {
  const input = new Uint8Array(LEGEND * height * 3)
  for (let x = 0; x < LEGEND; x++) {
    const strength = (2 * x) / (LEGEND - 1) - 1
    const colour = strength > 0 ? FOR : AGAINST
    for (let y = 0; y < height; y++) {
      for (let channel = 0; channel < 3; channel++) {
        input[(y * LEGEND + x) * 3 + channel] = 200 + (colour[channel]! - 200) * Math.abs(strength)
      }
    }
  }
  return { input, raw: { width: LEGEND, height, channels: 3 } }
}

interface Style {
  readonly px: number
  readonly colour: string
  readonly bold?: boolean
  /** Lines are broken here. */
  readonly width?: number
}

/** Lays out words by Pango, in whatever sans-serif font the system has. */
async function text(words: string, { px, colour, bold, width }: Style) {
  const letters = Array.from(words)
  const short = bold && letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS - 1).join('')}…` : words
  const escaped = short.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const markup = `<span foreground="${colour}"${bold ? ' weight="bold"' : ''}>${escaped || ' '}</span>`
  const { data, info } = await sharp({
    // At 72 dots an inch, points are pixels.
    text: { text: markup, font: `sans ${px}`, dpi: 72, rgba: true, wrap: 'word-char', ...(width && { width }) },
  })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width: wide, height } = info
  const piece = { input: data, raw: { width: wide, height, channels: 4 as const } }
  // Only the ink is measured: a word without descenders is lower by a fourth.
  return { piece, width: wide, height, lines: Math.max(1, Math.round(height / px / LINE + 0.1)) }
}

/** False where the system has no font: every letter is the same box then, as wide as any other. */
export async function canWrite(): Promise<boolean> {
  const style = { px: TITLE_PX, colour: '#000000' }
  const [narrow, wide] = [await text('iiii', style), await text('WWWW', style)]
  return narrow.width !== wide.width
}
