import { type Look, look, without } from './look.ts'
import { isSidecar } from './names.ts'
import { oursIn } from './ours.ts'
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
  /** Folders beside those of a set that is split: paths under the data folder. */
  readonly beside: readonly string[]
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
 * the folders of a set that is already split; see `splitPlaces`.
 *
 * @param followLinks takes links to folders for folders
 */
export async function findPlaces(dataFolder: string, followLinks = false): Promise<Places> {
  const own: Places = { places: [{ folder: '' }], stray: [], beside: [] }
  const ours = await oursIn(dataFolder)
  const lookAt = async (folder: string) => {
    const found = await look(dataFolder, folder, followLinks)
    return found && folder === '' ? without(found, ours) : found
  }
  let folder = ''
  const stray: string[] = []
  for (let depth = 0; depth < DEEPEST; depth++) {
    const here = await lookAt(folder)
    if (here === undefined) return own
    const split = await splitPlaces(folder, here, lookAt)
    if (split) return { ...split, stray: [...stray, ...here.files.map(name => under(folder, name))] }
    if (folder !== '' && here.folders.length > 1) {
      return here.files.every(isSidecar) ? { places: [{ folder }], stray, beside: [] } : own
    }
    if (here.folders.length !== 1 || !here.files.every(isSidecar)) return own
    stray.push(...here.files.map(name => under(folder, name)))
    folder = under(folder, here.folders[0]!)
  }
  return own
}

/** Category folders that the parts of a set share, from which on other folders beside them don't put that in doubt. */
const SURELY_SHARED = 2

/**
 * The parts of a set that is already split: folders called so, of which one holds what to train on and another shares its
 * category folders, or holds loose pictures as a contest's test set does. Other folders beside them put that in doubt,
 * unless two category folders or more are shared.
 */
async function splitPlaces(
  folder: string,
  { folders }: Look,
  lookAt: (folder: string) => Promise<Look | undefined>,
): Promise<Pick<Places, 'places' | 'beside'> | undefined> {
  const named = folders.flatMap(name => {
    const split = splitNamed(name)
    return split ? [{ folder: under(folder, name), split }] : []
  })
  const splits = new Set(named.map(({ split }) => split))
  if (splits.size < 2 || !splits.has('train')) return undefined
  const parts = await Promise.all(named.map(async place => ({ ...place, ...(await unwrapped(place.folder, lookAt)) })))
  const learnt = new Set(parts.flatMap(({ split, inside }) => (split === 'train' ? inside.folders : [])))
  const others = parts.filter(({ split }) => split !== 'train')
  const shared = new Set(others.flatMap(({ inside }) => inside.folders.filter(name => learnt.has(name))))
  const isContest = learnt.size > 1 && others.every(({ inside }) => inside.folders.length === 0)
  const beside = folders.map(name => under(folder, name)).filter(path => !named.some(place => place.folder === path))
  if (shared.size < (beside.length > 0 ? SURELY_SHARED : 1) && !(isContest && beside.length === 0)) return undefined
  return { places: parts.map(({ folder, split }) => ({ folder, split })), beside }
}

/** A part's folder, or the one in it that is alone and called the same, as some archives have it. */
async function unwrapped(folder: string, lookAt: (folder: string) => Promise<Look | undefined>) {
  const inside = (await lookAt(folder)) ?? { folders: [], files: [], links: [] }
  const [only, ...more] = inside.folders
  if (only === undefined || more.length > 0 || inside.files.length > 0 || splitNamed(only) === undefined) {
    return { folder, inside }
  }
  const deeper = under(folder, only)
  return { folder: deeper, inside: (await lookAt(deeper)) ?? inside }
}

/** `train`, and also `seg_train` and `flowers-train`, as archives of several sets call their parts. */
function splitNamed(name: string): Split | undefined {
  const plain = name.toLowerCase().replaceAll(/[ -]/g, '_')
  return SPLIT_NAMES.get(plain) ?? SPLIT_NAMES.get(plain.slice(plain.lastIndexOf('_') + 1))
}

function under(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
