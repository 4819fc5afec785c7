import type { Finding } from '../../jobs/doctor/findings.ts'
import type { View } from '../api.ts'

/** What the newest head says of one picture. */
export interface Opinion {
  /** The category it is taken for. */
  readonly label: string
  /** Of that category, 0 to 1. */
  readonly score: number
  /** Of the category it lies in; undefined where it lies in none that the head knows. */
  readonly own: number | undefined
  readonly unfamiliar: boolean
}

/** A picture that a head which never saw it names otherwise than its folder. */
export interface MistakeSeen {
  /** Under data. */
  readonly path: string
  readonly given: string
  readonly predicted: string
  readonly score: number
}

/** Which findings of doctor belong to which view. */
const VIEW_OF: Readonly<Record<string, View>> = {
  label: 'doubtful',
  unclear: 'doubtful',
  conflict: 'alike',
  'near-conflict': 'alike',
  copy: 'alike',
  'near-copy': 'alike',
  outlier: 'odd',
  tiny: 'quality',
  'odd-shaped': 'quality',
  dark: 'quality',
  blank: 'quality',
  blurred: 'quality',
  skipped: 'skipped',
}

/** A finding about pictures, by their ids. */
export interface PictureFinding {
  readonly finding: Finding
  readonly id: number
  readonly others: readonly number[]
  readonly view: View
}

const NONE: readonly PictureFinding[] = []

/** What is known of pictures besides where they lie: opinions of the head, findings of doctor, mistakes of the training. */
export class Insights {
  opinions: ReadonlyMap<number, Opinion> = new Map()
  /** Newest examination: ISO 8601, and what it found; in its order, the most doubtful first. */
  examinedAt: string | null = null
  #findings: readonly { readonly finding: Finding; readonly id: number | null; readonly others: readonly number[] }[] =
    []
  #byPicture = new Map<number, PictureFinding[]>()
  #mistakes = new Map<number, MistakeSeen>()
  /** What to label next, in the order of worth. */
  next: readonly number[] = []

  get findings() {
    return this.#findings
  }

  get mistakes(): ReadonlyMap<number, MistakeSeen> {
    return this.#mistakes
  }

  /** @param idOf the picture at a path under data */
  setFindings(findings: readonly Finding[], idOf: (path: string) => number | undefined, at: string): void {
    this.examinedAt = at
    this.#findings = findings.map(finding => ({
      finding,
      id: idOf(finding.path) ?? null,
      others: (finding.others ?? []).flatMap(path => idOf(path) ?? []),
    }))
    this.#byPicture = new Map()
    for (const { finding, id, others } of this.#findings) {
      const view = VIEW_OF[finding.kind]
      if (view === undefined) continue
      for (const about of id === null ? others : [id, ...others]) {
        const list = this.#byPicture.get(about) ?? []
        list.push({ finding, id: about, others, view })
        this.#byPicture.set(about, list)
      }
    }
  }

  setMistakes(mistakes: readonly MistakeSeen[], idOf: (path: string) => number | undefined): void {
    this.#mistakes = new Map(
      mistakes.flatMap(mistake => {
        const id = idOf(mistake.path)
        return id === undefined ? [] : [[id, mistake] as const]
      }),
    )
  }

  of(id: number): readonly PictureFinding[] {
    return this.#byPicture.get(id) ?? NONE
  }

  /** Ids of a view, in the order of worth. */
  in(view: View): number[] {
    if (view === 'mistakes') return [...this.#mistakes].sort(([, a], [, b]) => b.score - a.score).map(([id]) => id)
    if (view === 'next') return [...this.next]
    return [...this.#byPicture].filter(([, findings]) => findings.some(found => found.view === view)).map(([id]) => id)
  }

  /** A picture that lies elsewhere now: what was said of its label no longer holds. */
  forgetLabel(id: number): void {
    this.#mistakes.delete(id)
    const left = (this.#byPicture.get(id) ?? []).filter(({ view }) => view !== 'doubtful' && view !== 'odd')
    if (left.length > 0) this.#byPicture.set(id, left)
    else this.#byPicture.delete(id)
  }
}
