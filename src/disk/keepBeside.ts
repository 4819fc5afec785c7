import { systemCode } from '../errors.ts'
import { isSecondCopy } from './secondCopy.ts'
import { placeNew } from './transfer.ts'

/**
 * Gives what is somebody else's another name beside it, before a file of ours takes its place: `NAME.bak`, or `NAME.2.bak`
 * where that is taken by something else. The old name stays too where the file system can give two.
 *
 * @returns the new path
 */
export async function keepBeside(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const beside = number === 1 ? `${path}.bak` : `${path}.${number}.bak`
    try {
      await placeNew(path, beside)
      return beside
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
      if (await isSecondCopy(path, beside)) return beside // of a run that was killed just then
    }
  }
}
