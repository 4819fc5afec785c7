import { readdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { foreignByName } from '../formats/foreign.ts'
import { quoted } from '../text.ts'
import { layoutOf } from './layout.ts'

/** Files of networks that say nothing of categories. */
const NETWORK = /\.onnx$|^saved_model\.pb$/i
/** What a model consists of, as it lies in the folder `model` of a working folder. */
const MANIFEST = basename(layoutOf('').manifest)
const HEAD = /^head-[0-9a-f]+\.f32$/
/** Where pictures lie, a folder is to be trained, whatever else is in it. */
const PICTURES = 'data'

/**
 * The sentence for a folder with a network alone, or whose model other tools made and only those can use; undefined where
 * there is none.
 */
export async function otherModelIn(folder: string): Promise<UserError | undefined> {
  const names = (await readdir(folder)).sort()
  for (const name of names) {
    const kind = foreignByName(name)
    if (kind === undefined) continue
    const message = `The model in "${folder}", ${name}, is ${kind.what}, which can't be used as it is.`
    return new UserError('E_NO_MODEL', message, kind.remedy === undefined ? {} : { hint: kind.remedy })
  }
  if (names.includes(MANIFEST) && names.some(name => HEAD.test(name))) return insideOfModel(folder)
  const network = names.includes(PICTURES) ? undefined : names.find(name => NETWORK.test(name))
  if (network === undefined) return undefined
  return new UserError(
    'E_NO_MODEL',
    `"${folder}" has a network, ${network}, but no model: it was taught no categories here.`,
    {
      hint: `Teach them to it: itc train FOLDER --backbone ${quoted(folder)}`,
    },
  )
}

/** For who gives the folder that a model's files lie in, in the place of the one around it. */
function insideOfModel(folder: string): UserError {
  const whole = resolve(folder)
  const around = dirname(whole)
  const hint =
    basename(whole) === 'model'
      ? `Give the folder that it lies in: ${quoted(around)}`
      : 'Put it into another folder, under the name model, and give that one.'
  return new UserError('E_NO_MODEL', `"${folder}" has the files of a model, and is not the folder that was trained.`, {
    hint,
  })
}
