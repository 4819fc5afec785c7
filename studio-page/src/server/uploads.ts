import { signal } from '@preact/signals'
import type { BatchEnd, UploadAnswer } from '../../../src/studio/api.ts'
import { tell, tellFailure } from '../notices.ts'
import { shownPlace } from '../state.ts'
import { count } from '../words.ts'
import { post, put, Refused, Unreachable } from './request.ts'

/** Browsers allow six connections a server; some must stay free for what is looked at meanwhile. */
const AT_ONCE = 3
const MOST = 20_000
/** The server takes no more, and hangs up on a file that goes on: the browser would not hear why. */
const MOST_BYTES = 64_000_000

export interface Upload {
  readonly done: number
  readonly total: number
  readonly stop: () => void
}

/** What is being brought in, for the line of progress. */
export const uploading = signal<Upload | null>(null)

/** Brings one file in. @param category left out: without a category */
export function uploadOne(
  file: Blob,
  name: string,
  category: string | undefined,
  batch: string,
): Promise<UploadAnswer> {
  const query = new URLSearchParams({ name, batch, ...(category !== undefined && { category }) })
  return put<UploadAnswer>(`api/upload?${query}`, file)
}

/** What was brought in together is taken back together. */
export function endBatch(batch: string): Promise<BatchEnd> {
  return post<BatchEnd>(`api/batch/${batch}/end`)
}

export function newBatch(): string {
  return `b-${crypto.randomUUID()}`
}

/** Brings files in, three at a time, and says what came of it. */
export async function upload(files: readonly File[], category: string | undefined): Promise<void> {
  if (files.length === 0) return
  if (files.length > MOST) return tell(`At most ${MOST.toLocaleString('en')} pictures at once.`, { kind: 'wrong' })
  const batch = newBatch()
  const waiting = [...files]
  const failed: string[] = []
  let [done, same] = [0, 0]
  const show = () => {
    uploading.value = { done, total: files.length, stop: () => waiting.splice(0) }
  }
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      try {
        if (file.size > MOST_BYTES)
          throw new Refused({ code: 'E_TOO_LARGE', message: 'The picture has more than 64 MB.' })
        const { id, duplicateOf } = await uploadOne(file, file.name, category, batch)
        if (duplicateOf === id) same++
      } catch (error) {
        if (!(error instanceof Refused || error instanceof Unreachable)) throw error
        failed.push(`${file.name}: ${error.message}`)
        if (error instanceof Unreachable || error.code === 'E_DISK_FULL') waiting.splice(0)
      }
      done++
      show()
    }
  }
  show()
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    const { added } = await endBatch(batch)
    const where = category === undefined ? 'unlabelled' : shownPlace(category)
    const told = [
      added > 0 || failed.length === 0 ? `${count(added, 'picture')} added to ${where}.` : '',
      same > 0 ? `${same} ${same === 1 ? 'was' : 'were'} there already.` : '',
    ].filter(Boolean)
    if (told.length > 0) tell(told.join(' '))
  } catch (error) {
    tellFailure(error)
  } finally {
    uploading.value = null
  }
  if (failed.length > 0) {
    tell(failed.length === 1 ? 'One file can’t be used.' : `${failed.length} files can’t be used.`, {
      kind: 'wrong',
      lines: failed.slice(0, 5),
    })
  }
}
