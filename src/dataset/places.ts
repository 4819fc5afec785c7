import { join } from 'node:path'
import { listFolder } from '../disk/walk.ts'
import { decodeName, isHidden, isSidecar } from './names.ts'
import type { Split } from './split.ts'

/** A folder of category folders. */
export interface Place {
  /** Under the data folder, with `/` on every system; '' for the data folder itself. */
  readonly folder: string
  /** What its pictures are for, where its name tells. */
  readonly split?: Split
}

export interface Places {
  readonly places: readonly Place[]
  /** Files beside them, in no category folder: paths under the data folder. */
  readonly stray: readonly string[]
}

/** What tools call the parts of a data set: ImageFolder, Keras, Roboflow, YOLO, Kaggle, Hugging Face. */
const SPLIT_NAMES: ReadonlyMap<string, Split> = new Map([
  ...['train', 'training', 'train_set', 'training_set'].map(name => [name, 'train'] as const),
  ...['val', 'valid', 'validation', 'dev', 'validation_set'].map(name => [name, 'validation'] as const),
  ...['test', 'testing', 'test_set', 'eval'].map(name => [name, 'test'] as const),
])

/** An archive that unpacks into a folder in a folder is no deeper than this. */
const DEEPEST = 4

/**
 * Where the category folders lie: in the data folder itself; in a folder that is alone in it, as archives unpack; or in
 * the folders of a set that is already split. A set is taken for split where all folders are called like parts of one, one
 * of them holds what to train on, and they share category folders.
 */
export async function findPlaces(dataFolder: string): Promise<Places> {
  const own: Places = { places: [{ folder: '' }], stray: [] }
  let folder = ''
  const stray: string[] = []
  for (let depth = 0; depth < DEEPEST; depth++) {
    const here = await look(dataFolder, folder)
    if (here === undefined) return own
    const split = await splitPlaces(dataFolder, folder, here)
    if (split) return { places: split, stray: [...stray, ...here.files.map(name => under(folder, name))] }
    if (folder !== '' && here.folders.length > 1) {
      return here.files.every(isSidecar) ? { places: [{ folder }], stray } : own
    }
    if (here.folders.length !== 1 || !here.files.every(isSidecar)) return own
    stray.push(...here.files.map(name => under(folder, name)))
    folder = under(folder, here.folders[0]!)
  }
  return own
}

async function splitPlaces(data: string, folder: string, { folders }: Look): Promise<Place[] | undefined> {
  const places = folders.map(name => ({ folder: under(folder, name), split: splitNamed(name) }))
  const splits = new Set(places.map(({ split }) => split))
  if (splits.has(undefined) || splits.size < 2 || !splits.has('train')) return undefined
  const inside = await Promise.all(places.map(place => look(data, place.folder)))
  const learnt = new Set(inside.flatMap((each, at) => (places[at]!.split === 'train' ? (each?.folders ?? []) : [])))
  const shared = inside.some(
    (each, at) => places[at]!.split !== 'train' && each?.folders.some(name => learnt.has(name)),
  )
  return shared ? (places as Place[]) : undefined
}

function splitNamed(name: string): Split | undefined {
  return SPLIT_NAMES.get(name.toLowerCase().replaceAll(/[ -]/g, '_'))
}

interface Look {
  readonly folders: readonly string[]
  readonly files: readonly string[]
}

/** What lies in a folder, hidden names left out; undefined for one that can't be listed. */
async function look(data: string, folder: string): Promise<Look | undefined> {
  const entries = await listFolder(join(data, folder)).catch(() => undefined)
  if (entries === undefined) return undefined
  const folders: string[] = []
  const files: string[] = []
  for (const { type, name: bytes } of entries) {
    const name = decodeName(bytes)
    if (name === undefined || isHidden(name)) continue
    if (type === 'folder') folders.push(name)
    else files.push(name)
  }
  return { folders, files }
}

function under(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
