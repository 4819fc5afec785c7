// Draws the rooms as docs/architecture.svg. `npx vitest run test/architecture.test.ts -u` writes it.
import { imports, presentRooms, ROOMS, roomOf } from './rooms.mjs'

const BOX = { width: 132, height: 40, gapX: 22, gapY: 34 }
const MARGIN = 24

/** What each room holds, in the few words that fit into its box. */
const WORDS = {
  errors: 'what went wrong',
  version: 'of this package',
  text: 'numbers and lists',
  schema: 'what files may hold',
  disk: 'safe writing, locks',
  flow: 'order in time',
  storage: 'where files come from',
  dataset: 'folders → examples',
  image: 'bytes → pixels',
  graph: 'a network in memory',
  formats: 'bytes ↔ graph',
  table: 'Parquet and Arrow',
  compile: 'graph → ONNX',
  backbone: 'pretrained networks',
  engine: 'runs a graph',
  features: 'examples → matrix',
  head: 'matrix → head',
  assess: 'how far to trust it',
  model: 'what training leaves',
  report: 'the HTML page',
  export: 'other programs’ forms',
  queue: 'hands out batches',
  jobs: 'train, guess, doctor…',
  studio: 'the local page',
  cli: 'the commands',
  index: 'the library',
}

/**
 * The rooms that there are, each above all that it imports. An arrow is an import; one that a chain of others implies
 * is left out.
 *
 * @returns an SVG document
 */
export function drawRooms() {
  const below = importsByRoom()
  const places = placed(below)
  const boxes = [...places].map(([room, place]) => box(room, place))
  const arrows = [...places].flatMap(([room, place]) =>
    needed(room, below).map(other => arrow(place, places.get(other))),
  )
  const width = Math.max(...[...places.values()].map(({ x }) => x)) + BOX.width + MARGIN
  const height = Math.max(...[...places.values()].map(({ y }) => y)) + BOX.height + MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" text-anchor="middle">`,
    '<title>The rooms of src/: an arrow points to what is imported</title>',
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#5b6b7b"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...arrows,
    ...boxes,
    '</svg>\n',
  ].join('\n')
}

/** Which rooms below it each room imports from, the lowest room first. @returns {Map<string, Set<string>>} */
function importsByRoom() {
  const pairs = imports().filter(({ isPackage }) => !isPackage)
  return new Map(
    presentRooms().map(room => {
      const others = pairs.filter(({ from }) => roomOf(from) === room).map(({ to }) => roomOf(to))
      return [room, new Set(others.filter(other => ROOMS.indexOf(other) < ROOMS.indexOf(room)).sort())]
    }),
  )
}

/** All that a room leads to. @param {string} room @param {Map<string, Set<string>>} below @returns {Set<string>} */
function reached(room, below) {
  return new Set([...(below.get(room) ?? [])].flatMap(other => [other, ...reached(other, below)]))
}

/** The imports of a room that no other of its imports implies. @param {string} room @param {Map<string, Set<string>>} below */
function needed(room, below) {
  const all = [...(below.get(room) ?? [])]
  return all.filter(other => !all.some(between => reached(between, below).has(other)))
}

/** Top left corners. A room stands one row below the lowest that imports it. @param {Map<string, Set<string>>} below */
function placed(below) {
  /** @type {Map<string, number>} */
  const depth = new Map()
  for (const room of [...below.keys()].reverse()) {
    const importers = [...below].filter(([, others]) => others.has(room)).map(([other]) => depth.get(other) ?? 0)
    depth.set(room, Math.max(-1, ...importers) + 1)
  }
  const rows = Array.from({ length: Math.max(...depth.values()) + 1 }, (_, row) =>
    [...below.keys()].filter(room => depth.get(room) === row),
  )
  const longest = Math.max(...rows.map(({ length }) => length))
  /** @type {Map<string, { x: number, y: number }>} */
  const places = new Map()
  for (const [row, rooms] of rows.entries()) {
    const left = MARGIN + ((longest - rooms.length) * (BOX.width + BOX.gapX)) / 2
    const y = MARGIN + row * (BOX.height + BOX.gapY)
    for (const [column, room] of rooms.entries()) places.set(room, { x: left + column * (BOX.width + BOX.gapX), y })
  }
  return places
}

/** @param {string} room @param {{ x: number, y: number }} place */
function box(room, { x, y }) {
  const centre = x + BOX.width / 2
  return (
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="5" fill="#eef4fa" stroke="#5b6b7b"/>` +
    `<text x="${centre}" y="${y + 17}" font-size="14" font-weight="bold" fill="#12304d">${room}</text>` +
    `<text x="${centre}" y="${y + 32}" font-size="11" fill="#33475b">${WORDS[/** @type {keyof typeof WORDS} */ (room)]}</text>`
  )
}

/** @param {{ x: number, y: number }} from @param {{ x: number, y: number } | undefined} to */
function arrow(from, to) {
  if (to === undefined) return ''
  const [x1, y1] = [from.x + BOX.width / 2, from.y + BOX.height]
  const [x2, y2] = [to.x + BOX.width / 2, to.y]
  const bend = (y2 - y1) / 2
  return `<path d="M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2 - 1}" fill="none" stroke="#5b6b7b" marker-end="url(#tip)"/>`
}
