// node bench/scalePictures.mjs FOLDER COUNT CATEGORIES: makes many small pictures for measurements of size, every one a JPEG
// of its own bytes, quickly.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

/** Different pictures to look at in each category; the rest differ in a comment only, which makes them other files. */
const LOOKS = 8

/**
 * @param folder receives `data/<category>/<number>.jpg`
 * @param count how many pictures in all, dealt to the categories in turn
 * @param dealt number of categories; 1 makes a second one with every thousandth picture, for one alone can't be learnt
 * @returns the folder
 */
export async function makePictures(folder, count, dealt, side = 32) {
  const categories = Math.max(2, dealt)
  const turns = new Array(categories).fill(0)
  const looks = await Promise.all(
    Array.from({ length: categories * LOOKS }, (_, look) => jpeg(look % categories, look, side)),
  )
  const names = Array.from({ length: categories }, (_, at) => `category_${String(at).padStart(4, '0')}`)
  for (const name of names) mkdirSync(join(folder, 'data', name), { recursive: true })
  for (let at = 0; at < count; at++) {
    const category = dealt === 1 ? Number(at % 1000 === 0) : at % categories
    const turn = turns[category]++
    const picture = commented(looks[category + categories * (turn % LOOKS)], `picture ${at}`)
    writeFileSync(join(folder, 'data', names[category], `${String(turn).padStart(6, '0')}.jpg`), picture)
  }
  return folder
}

/** A square of a category's colour with noise on it. */
async function jpeg(category, look, side) {
  const pixels = Buffer.alloc(side * side * 3)
  let state = look * 2654435761 + 1
  for (let at = 0; at < pixels.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const colour = (category * [37, 91, 151][at % 3]) % 200
    pixels[at] = colour + (state >>> 24) / 5
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg()
    .toBuffer()
}

/** The same JPEG with a comment behind its first marker. */
function commented(bytes, text) {
  const comment = Buffer.from(text)
  const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2])
  return Buffer.concat([bytes.subarray(0, 2), head, comment, bytes.subarray(2)])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, count, categories] = process.argv.slice(2)
  await makePictures(folder, Number(count), Number(categories))
}
