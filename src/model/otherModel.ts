import { readdir } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { foreignByName } from '../formats/foreign.ts'
import { quoted } from '../text.ts'

/** Files of networks that say nothing of categories. */
const NETWORK = /\.onnx$|^saved_model\.pb$/i
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
