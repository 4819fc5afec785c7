import { type Head, headLogits } from '../../head/head.ts'
import { argMaxAt, softmaxRows } from '../../head/softmax.ts'
import { liveHead } from '../../jobs/next/liveHead.ts'
import { matrixOf, type Seen } from './memory.ts'
import type { Networks } from './networks.ts'

/** Labels that came since: from this share on, the scores are calibrated anew. */
const RECALIBRATED = 0.2

/** A head and what it names. */
export interface Labelled {
  readonly head: Head
  readonly labels: readonly string[]
}

/** The head that follows the labels while they are given. */
export class LiveLabels {
  #now: Labelled | undefined
  #calibrated = { pictures: 0, temperature: 1 }
  /** Pictures learnt from last, and how long it took. */
  learnt = { pictures: 0, ms: 0 }

  /** Undefined until two categories have pictures. */
  get now(): Labelled | undefined {
    return this.#now
  }

  /** Learns anew from all pictures that have a label. */
  async learn({ engine, width, stored, blocks }: Networks, pictures: readonly Seen[]): Promise<void> {
    const started = performance.now()
    const labels = [...new Set(pictures.map(({ label }) => label!))].sort()
    if (labels.length < 2) {
      this.#now = undefined
      return
    }
    const numbers = new Map(labels.map((label, at) => [label, at]))
    const own = Int32Array.from(pictures, ({ label }) => numbers.get(label!)!)
    const known = stored?.manifest.temperature ?? this.#knownTemperature(pictures.length)
    const { head, temperature } = await liveHead(
      engine,
      matrixOf(pictures, width),
      { labels: own, categories: labels.length },
      { temperature: known, blocks },
    )
    if (known === undefined) this.#calibrated = { pictures: pictures.length, temperature }
    this.#now = { head, labels }
    this.learnt = { pictures: pictures.length, ms: performance.now() - started }
  }

  /** Calibrated scores, [pictures, labels]; undefined without a head. */
  scores(pictures: readonly Seen[], width: number): Float32Array | undefined {
    const live = this.#now
    return live && softmaxRows(headLogits(live.head, matrixOf(pictures, width).values), live.labels.length)
  }

  /** What most of some pictures are taken for. */
  mostNamed(pictures: readonly Seen[]): string | null {
    const live = this.#now
    if (live === undefined) return null
    const logits = headLogits(live.head, matrixOf(pictures, live.head.width).values)
    const counts = new Array<number>(live.labels.length).fill(0)
    pictures.forEach((_, row) => {
      counts[argMaxAt(logits, row * counts.length, counts.length)]!++
    })
    return live.labels[counts.indexOf(Math.max(...counts))] ?? null
  }

  #knownTemperature(pictures: number): number | undefined {
    const { pictures: then, temperature } = this.#calibrated
    return Math.abs(pictures - then) <= RECALIBRATED * then ? temperature : undefined
  }
}
