// node bench/evaluation/makeSets.mjs FOLDER: makes the picture sets of README.md, one tf_files folder a set, from two Debian
// packages: apt-get install openclipart-png tuxpaint-stamps-default. Drawings on white, JPEG, 256 px at most.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

const CLIPART = '/usr/share/openclipart/png'
const STAMPS = '/usr/share/tuxpaint/stamps'
/** Pictures a category, at most: an even choice of them by name. */
const MOST = 300
const LEAST = 10

/** Of each set: the folder its categories lie in, and they. */
const SETS = {
  animals: [`${CLIPART}/animals`, ['birds', 'bugs', 'fish', 'mammals']],
  cards: [`${CLIPART}/recreation/games/cards`, ['bordered', 'ornamental', 'simple', 'white']],
  food: [`${CLIPART}/food`, ['beverages', 'breads_and_carbs', 'desserts', 'fruit', 'meats_and_eggs']],
  icons: [
    `${CLIPART}/computer/icons`,
    ['etiquette-theme', 'flat-theme/action', 'flat-theme/applications', 'lemon-theme/actions', 'lemon-theme/apps'],
  ],
  stamps: [STAMPS, (await readdir(STAMPS)).sort()],
  clipart: [
    CLIPART,
    [
      ...[
        'animals/birds',
        'animals/bugs',
        'animals/mammals',
        'buildings',
        'food/desserts',
        'food/fruit',
        'people/clothing',
      ],
      ...['people/smilies', 'people/stickmen', 'plants', 'recreation/games/cards', 'recreation/music', 'shapes/arrows'],
      ...['signs_and_symbols/flags', 'tools', 'transportation/roadsigns', 'transportation/vehicles'],
    ],
  ],
}

const target = process.argv[2]
if (!target) throw new Error('usage: node bench/evaluation/makeSets.mjs FOLDER')
for (const [set, [root, categories]] of Object.entries(SETS)) {
  for (const category of categories) {
    const found = (await readdir(join(root, category), { recursive: true }))
      .filter(name => name.endsWith('.png'))
      .sort()
    if (found.length < LEAST) continue
    const folder = join(target, set, 'data', category.replaceAll('/', '-'))
    await mkdir(folder, { recursive: true })
    const stride = Math.max(1, found.length / (set === 'clipart' ? 100 : MOST))
    for (let at = 0; at < found.length; at += stride) {
      const name = found[Math.floor(at)]
      await sharp(join(root, category, name), { limitInputPixels: 1e8 })
        .resize(256, 256, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: 'white' })
        .jpeg()
        .toFile(join(folder, `${name.slice(0, -4).replaceAll('/', '-')}.jpg`))
        .catch(error => console.error(`${name}: ${error.message}`))
    }
  }
}
