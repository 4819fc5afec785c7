import { sampleEvenly } from '../../assess/makeBank.ts'
import type { BottleneckCache } from '../../features/cache.ts'
import type { Extraction } from '../../features/extract.ts'
import { flawsOf, type PictureQuality } from '../../image/quality.ts'
import { count } from '../../text.ts'
import { inspectAll, type QualityHooks } from './quality.ts'

/** What is wrong with most of a set, so that nothing else that is found out of it means much. */
export interface Spoilt {
  readonly kind: 'unreadable' | 'blank'
  /** Of so many pictures looked at, so many are so. */
  readonly pictures: number
  readonly of: number
}

/** Pictures looked at to tell whether most are of one colour: a few, and more where every second of those is. */
const LOOKED_AT = 8
const LOOKED_CLOSER = 32

type Rows = Pick<Extraction, 'pictures' | 'hashes' | 'skipped'>

/** Whether most pictures can't be read. */
export function unreadable({ pictures, skipped }: Rows): Spoilt[] {
  const all = pictures.length + skipped.length
  return skipped.length * 2 > all ? [{ kind: 'unreadable', pictures: skipped.length, of: all }] : []
}

/** Whether most of the pictures looked at are of one colour. */
export function blank(qualities: readonly (PictureQuality | undefined)[]): Spoilt[] {
  const seen = qualities.filter(quality => quality !== undefined)
  const blank = seen.filter(quality => flawsOf(quality).includes('blank')).length
  return blank * 2 > seen.length ? [{ kind: 'blank', pictures: blank, of: seen.length }] : []
}

/** What is wrong with most of a set, told by a sample that is drawn evenly from all categories. */
export async function spoiltBySample(
  extraction: Rows,
  labels: Int32Array,
  store: BottleneckCache,
  hooks: QualityHooks,
): Promise<Spoilt[]> {
  const { pictures, hashes } = extraction
  const look = async (amount: number) => {
    const rows = [...sampleEvenly(labels, amount)]
    const sample = { pictures: rows.map(row => pictures[row]!), hashes: rows.map(row => hashes[row]!) }
    return inspectAll(sample, store, hooks)
  }
  const few = blank(await look(LOOKED_AT))
  return [...unreadable(extraction), ...(few.length > 0 ? blank(await look(LOOKED_CLOSER)) : [])]
}

/** "of 40 pictures 38 are of one colour, or nearly" */
export function spoiltText({ kind, pictures, of }: Spoilt): string {
  const state = kind === 'blank' ? 'of one colour, or nearly' : 'not readable'
  return `of ${count(of, 'picture')} ${pictures} are ${state}`
}

/** What that means: a sentence. */
export const SPOILT_REMEDY =
  'Put that right first: until then nothing is said of labels, and the other figures mean little.'
