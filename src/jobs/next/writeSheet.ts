import { join } from 'node:path'
import { writeAtomic } from '../../disk/writeAtomic.ts'
import { PictureError } from '../../image/pictureError.ts'
import { thumbnail } from '../../image/thumbnail.ts'
import { pictureSheet } from '../../report/pictureSheet.ts'
import { count, grouped, percent, shownLabel } from '../../text.ts'
import type { NextResult } from './next.ts'

/** Writes the chosen pictures as one page, in their order. */
export async function writeSheet(path: string, { pictures, of }: NextResult, folder: string): Promise<void> {
  const shown = []
  for (const { rank, path: picture, guess, score, why } of pictures) {
    const taken = guess === null || score === null ? '' : ` · looks like ${shownLabel(guess)} (${percent(score)})`
    const small = await thumbnail(join(folder, picture)).catch(error => {
      if (error instanceof PictureError) return undefined
      throw error
    })
    shown.push({ caption: `${rank}. ${why}${taken}`, path: picture, thumbnail: small })
  }
  const intro = `${count(pictures.length, 'picture')} of ${grouped(of)}, those first whose labels teach most.`
  await writeAtomic(path, pictureSheet('What to label next', intro, shown))
}
