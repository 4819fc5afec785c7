import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PartCache } from '../../dist/features/partCache.js'
import { readResults } from '../../dist/jobs/guess/results.js'
import { layoutOf } from '../../dist/model/layout.js'
import { readModel } from '../../dist/model/load.js'
import { run } from './fault.mjs'
import { changed, draftsIn, filesIn } from './files.mjs'
import { hashOf, IDENTITY, PICTURES, vectorOf, WIDTH } from './parts.mjs'
import { tinyFolder } from './tiny.mjs'

const script = name => fileURLToPath(new URL(name, import.meta.url))
const ITC = script('../../bin/itc.js')

/** What somebody keeps where we write. */
const THEIRS = { 'notes.tmp': 'notes', 'mine.jpg': 'mine', '.itc-mine.tmp': 'mine too' }

function writeTheirs(folder) {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(THEIRS)) writeFileSync(join(folder, name), text)
  return new Map([...filesIn(folder)].filter(([path]) => path in THEIRS))
}

const replace = (from, to) => {
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true, preserveTimestamps: true })
}

/**
 * `itc train` over a model of another seed, its cache empty.
 *
 * @param tiny a working folder with pictures, and how to train on them
 */
async function training(folder, { tfFiles: pristine, flags }) {
  const [tfFiles, old] = [join(folder, 'tf_files'), join(folder, 'old')]
  const train = (seed, where = tfFiles) => [ITC, 'train', where, ...flags, '--seed', seed]
  replace(pristine, old)
  const theirs = writeTheirs(join(old, 'model'))
  const ended = await run(train('1', old))
  if (ended.code !== 0) throw new Error(ended.text)
  rmSync(join(old, 'bottlenecks'), { recursive: true, force: true })
  const pictures = filesIn(join(old, 'data'))
  replace(old, tfFiles)
  await run(train('2'))
  const manifest = where => readFileSync(layoutOf(where).manifest, 'utf8')
  const [before, after] = [manifest(old), manifest(tfFiles)]
  if (before === after) throw new Error('both seeds give one model')
  const check = async () => {
    await readModel(tfFiles)
    const now = manifest(tfFiles)
    return [
      ...(now === before || now === after ? [] : ['the model is neither the old one nor the new one']),
      ...changed(pictures, join(tfFiles, 'data')),
      ...changed(theirs, join(tfFiles, 'model')),
    ]
  }
  const ours = path => !(path.endsWith('notes.tmp was left') || path.endsWith('.itc-mine.tmp was left'))
  return {
    name: 'train',
    folder,
    prefixes: [tfFiles],
    command: train('2'),
    prepare: () => replace(old, tfFiles),
    check,
    finished: async () => [
      ...(await check()),
      ...(manifest(tfFiles) === after ? [] : ['the new model is not there']),
      ...draftsIn(tfFiles).filter(ours),
    ],
  }
}

const PICTURE = at => `${at % 3 ? 'cat' : 'dog'} 0.${9 - (at % 4)} picture ${at} ${'.'.repeat(at * 50)}`

/** Pictures that lie in no folder of a category under their own names. */
function strayIn(there, theirs) {
  const isOurs = path => !theirs.has(path) && path !== 'results.csv'
  return [...there.keys()]
    .filter(path => isOurs(path) && !/^(cat|dog).\d\.jpg$/.test(path))
    .map(path => `${path} is stray`)
}

/**
 * `itc guess-dir` and its undo.
 *
 * @param how copy, move or undo; the first two also with ", into folders"
 * @param elsewhere a folder of another disk for the destination; undefined for this one
 */
async function naming(folder, how, elsewhere) {
  const [source, pristine] = [join(folder, 'source'), join(folder, 'pristine')]
  const destination = join(elsewhere ?? folder, 'destination')
  for (let at = 0; at < 10; at++) {
    const path = join(pristine, at < 5 ? `${at}.jpg` : `nested/${at}.jpg`)
    mkdirSync(join(pristine, 'nested'), { recursive: true })
    writeFileSync(path, PICTURE(at))
  }
  const all = filesIn(pristine)
  const hashes = new Set(all.values())
  const command = verb => [script('textModel.mjs'), verb, source, destination]
  let theirs
  const check = async () => {
    const [here, there] = [filesIn(source), filesIn(destination)]
    const shown = [...there].filter(([path]) => !/(^|\/)\.|results\.csv$/.test(path) && !theirs.has(path))
    const found = new Set([...here.values(), ...shown.map(([, hash]) => hash)])
    const { entries } = (await readResults(join(destination, 'results.csv'))) ?? { entries: [] }
    const named = new Map(entries.map(entry => [entry.name, entry]))
    return [
      ...[...all].filter(([, hash]) => !found.has(hash)).map(([path]) => `${path} is lost`),
      ...shown.filter(([, hash]) => !hashes.has(hash)).map(([path]) => `${path} is not whole`),
      // A picture that is in the destination alone, and whose first name nobody knows any more.
      ...shown
        .filter(([path, hash]) => ![...here.values()].includes(hash) && all.get(named.get(path)?.original) !== hash)
        .map(([path]) => `the name of ${path} is lost`),
      ...(how.startsWith('copy') ? changed(all, source) : []),
      ...changed(theirs, destination),
    ]
  }
  const finished = async () => {
    const [here, there] = [filesIn(source), filesIn(destination)]
    const inPlace = new Set([...there].filter(([path]) => !theirs.has(path)).map(([, hash]) => hash))
    const places = how === 'undo' ? new Set(here.values()) : inPlace
    return [
      ...(await check()),
      ...[...hashes].filter(hash => !places.has(hash)).map(hash => `${hash} is not in its place`),
      ...(how === 'undo' ? changed(all, source) : []),
      ...(how.endsWith('into folders') ? strayIn(there, theirs) : []),
      ...draftsIn(source, destination).filter(line => !/^(notes|\.itc-mine)\.tmp/.test(line)),
    ]
  }
  const begin = () => {
    replace(pristine, source)
    rmSync(destination, { recursive: true, force: true })
    theirs = writeTheirs(destination)
  }
  const moved = [`${source}.moved`, `${destination}.moved`]
  if (how === 'undo') {
    begin()
    const ended = await run(command('move'))
    if (ended.code !== 0) throw new Error(ended.text)
    replace(source, moved[0])
    replace(destination, moved[1])
  }
  const prepare = async () => {
    if (how !== 'undo') return begin()
    replace(moved[0], source)
    replace(moved[1], destination)
  }
  return {
    name: `${how === 'undo' ? 'undo' : `guess-dir, ${how}`}${elsewhere ? ', across disks' : ''}`,
    folder,
    prefixes: [source, destination],
    command: command(how),
    prepare,
    check,
    finished,
    // A killed undo may have been done but for the end.
    mayRefuse: text => how === 'undo' && /nothing to take back|No picture in/.test(text),
  }
}

/** `itc export` of a trained folder. */
async function exporting(folder, { tfFiles }) {
  const [to, clean] = [join(folder, 'exported'), join(folder, 'clean')]
  const command = where => [ITC, 'export', tfFiles, '--format', 'saved-model', '--to', where]
  rmSync(clean, { recursive: true, force: true })
  const ended = await run(command(clean))
  if (ended.code !== 0) throw new Error(ended.text)
  const whole = filesIn(clean)
  const model = filesIn(tfFiles)
  const check = async () => [
    ...[...filesIn(to)]
      .filter(([path, hash]) => !path.startsWith('.') && whole.get(path) !== hash)
      .map(([path]) => `${path} is not whole`),
    ...changed(model, tfFiles),
  ]
  return {
    name: 'export',
    folder,
    prefixes: [to],
    command: command(to),
    prepare: () => rmSync(to, { recursive: true, force: true }),
    check,
    finished: async () => [...(await check()), ...changed(whole, to), ...draftsIn(to)],
  }
}

/** Parts of the cache of bottlenecks being written and merged. */
async function caching(folder) {
  const cache = join(folder, 'bottlenecks')
  const read = async () => {
    const store = await PartCache.open(cache)
    const values = new Float32Array(PICTURES * WIDTH)
    const pictures = Array.from({ length: PICTURES }, (_, picture) => picture)
    const wanted = pictures.map(picture => ({ hash: hashOf(picture), offset: picture * WIDTH }))
    const found = await store.readAll(IDENTITY, wanted, values, WIDTH)
    const wrong = pictures.filter(
      at =>
        found[at] &&
        !Buffer.from(values.slice(at * WIDTH, (at + 1) * WIDTH).buffer).equals(Buffer.from(vectorOf(at).buffer)),
    )
    return {
      wrong: wrong.map(at => `the vector of ${at} is wrong`),
      missing: pictures.filter(at => !found[at]).map(at => `${at} is missing`),
    }
  }
  return {
    name: 'parts',
    folder,
    prefixes: [cache],
    command: [script('parts.mjs'), cache],
    prepare: () => rmSync(cache, { recursive: true, force: true }),
    check: async () => (await read()).wrong,
    finished: async () => {
      const { wrong, missing } = await read()
      return [...wrong, ...missing, ...draftsIn(cache)]
    },
  }
}

/** A disk of its own beside the temporary folder's; undefined where there is none. */
const OTHER_DISK = '/dev/shm'

/** All of them, each in its own folder under `root`. @returns them, and what removes what lies elsewhere */
export async function scenariosIn(root) {
  const folder = name => {
    const path = join(root, name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const tiny = await tinyFolder(folder('tiny'), ITC)
  const other = existsSync(OTHER_DISK) ? mkdtempSync(join(OTHER_DISK, 'itc-campaign-')) : undefined
  const makers = [
    () => training(folder('train'), tiny),
    () => naming(folder('copy'), 'copy'),
    () => naming(folder('move'), 'move'),
    () => naming(folder('copy into folders'), 'copy, into folders'),
    () => naming(folder('move into folders'), 'move, into folders'),
    () => naming(folder('undo'), 'undo'),
    ...(other === undefined
      ? []
      : [
          () => naming(folder('move-across'), 'move', join(other, 'move')),
          () => naming(folder('undo-across'), 'undo', join(other, 'undo')),
        ]),
    () => exporting(folder('export'), tiny),
    () => caching(folder('parts')),
  ]
  const scenarios = []
  for (const make of makers) scenarios.push(await make())
  const end = () => other && rmSync(other, { recursive: true, force: true })
  return { scenarios, end }
}
