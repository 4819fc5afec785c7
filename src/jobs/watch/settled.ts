import { statAll } from '../../disk/walk.ts'
import { PictureError } from '../../image/pictureError.ts'
import { smallJpeg } from '../../image/thumbnail.ts'
import { type Links, scanSource } from '../guess/scan.ts'

/** A file that grew or changed within so many milliseconds may still be on its way. */
const STILL_MS = 2000
/** After a picture that does not decode whole: it may still be written, slowly. In milliseconds. */
const RETRIES = [2000, 10_000, 60_000] as const
/** Of a single look: a file that was last written before all those retries would have ended is worth the first of them. */
const OLD_MS = 72_000

interface Candidate {
  size: number
  mtimeMs: number
  /** When it was first seen like this. */
  since: number
  /** Looks that found it damaged, and when to look again. */
  failures: number
  again: number
}

/** Pictures of a look at the inbox. */
export interface Settled {
  /** Whole, by their paths in the inbox. */
  readonly ready: readonly string[]
  /** Given up, each told once. */
  readonly failed: readonly { readonly original: string; readonly reason: string }[]
  /** When the next look is worth it, in milliseconds from now; undefined when nothing waits. */
  readonly waitMs: number | undefined
}

/**
 * Tells when a picture that arrives is whole: its size and time have been still for two seconds, and it decodes. Waiting
 * for the system to say that a writer is done fails on shares and with programs that write in pieces.
 */
export class Arrivals {
  readonly #inbox: string
  readonly #links: Links
  readonly #once: boolean
  readonly #candidates = new Map<string, Candidate>()
  /** Done with, as they were then: named, or given up. */
  readonly #done = new Map<string, string>()

  /**
   * @param followLinks looks at what links lead to
   * @param once somebody waits for the end: a file that has long been as it is counts as damaged sooner
   */
  constructor(inbox: string, followLinks = false, once = false) {
    this.#inbox = inbox
    this.#once = once
    this.#links = followLinks ? 'all' : 'none'
  }

  /** @param isOwn paths that are not looked at: the destination, where it lies in the inbox */
  async look(isOwn: (path: string) => boolean, now = Date.now()): Promise<Settled> {
    const { pictures } = await scanSource(this.#inbox, this.#links)
    const wanted = pictures.filter(({ path }) => !isOwn(path))
    const measured = await statAll(wanted.map(({ path }) => ({ path, link: false })))
    const there = new Set(wanted.map(({ original }) => original))
    for (const original of this.#candidates.keys()) if (!there.has(original)) this.#candidates.delete(original)
    const ready: string[] = []
    const failed: { original: string; reason: string }[] = []
    for (const [at, { original, path }] of wanted.entries()) {
      const found = measured[at]!
      if (typeof found === 'string' || this.#done.get(original) === keyOf(found)) continue
      const candidate = this.#seen(original, found, now)
      if (now - candidate.since < STILL_MS || now < candidate.again) continue
      const reason = await whyDamaged(path)
      if (reason === undefined) ready.push(original)
      else if (candidate.failures < this.#retries(found, now)) candidate.again = now + RETRIES[candidate.failures++]!
      else {
        failed.push({ original, reason })
        this.done([original])
      }
    }
    return { ready, failed, waitMs: this.#wait(now) }
  }

  /** These are dealt with, as they are now. */
  done(originals: readonly string[]): void {
    for (const original of originals) {
      const candidate = this.#candidates.get(original)
      if (candidate) this.#done.set(original, keyOf(candidate))
      this.#candidates.delete(original)
    }
  }

  /** All that wait are looked at once more, whatever the time: for an end that is due. */
  get waiting(): number {
    return this.#candidates.size
  }

  #seen(original: string, { size, mtimeMs }: { size: number; mtimeMs: number }, now: number): Candidate {
    const known = this.#candidates.get(original)
    if (known?.size === size && known.mtimeMs === mtimeMs) return known
    // A file that is old already was not written just now.
    const since = Math.min(now, known === undefined ? mtimeMs : now)
    const candidate = { size, mtimeMs, since, failures: 0, again: 0 }
    this.#candidates.set(original, candidate)
    return candidate
  }

  #retries({ mtimeMs }: Pick<Candidate, 'mtimeMs'>, now: number): number {
    return this.#once && now - mtimeMs > OLD_MS ? 1 : RETRIES.length
  }

  #wait(now: number): number | undefined {
    if (this.#candidates.size === 0) return undefined
    const times = [...this.#candidates.values()].map(({ since, again }) => Math.max(since + STILL_MS, again) - now)
    return Math.max(50, Math.min(...times))
  }
}

function keyOf({ size, mtimeMs }: { size: number; mtimeMs: number }): string {
  return `${size} ${mtimeMs}`
}

async function whyDamaged(path: string): Promise<string | undefined> {
  try {
    await smallJpeg(path, 160, 70)
    return undefined
  } catch (error) {
    if (error instanceof PictureError) return error.reason
    throw error
  }
}
