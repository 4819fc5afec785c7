import { UserError } from '../../errors.ts'
import { type Head, headLogits } from '../../head/head.ts'
import { argMaxAt, softmaxRows } from '../../head/softmax.ts'
import { PictureError } from '../../image/pictureError.ts'
import { type Detail, groupRows } from '../../jobs/clusters/groups.ts'
import { liveHead } from '../../jobs/next/liveHead.ts'
import { pickNext } from '../../jobs/next/pick.ts'
import { reasonOf } from '../../jobs/next/reason.ts'
import { familiarOf } from '../../model/familiar.ts'
import { explainedPicture } from './explained.ts'
import { isSeen, Memory, matrixOf, nearestTo, type Seen, unitMatrix } from './memory.ts'
import type { EngineCalls, EngineGuess, Opinions } from './messages.ts'
import { Networks } from './networks.ts'

/** After the last change, in milliseconds: quick enough to follow, slow enough not to run at every key. */
const QUIET_MS = 800
/** Pictures between two signs of progress: few at first, then more, as making the networks ready costs a moment each time. */
const CHUNKS = { first: 64, most: 1024 } as const
/** Labels that came since: from this share on, the scores are calibrated anew. */
const RECALIBRATED = 0.2
/** Strangers are told by comparing with all that was learnt: of so many new pictures a round. */
const STRANGERS_A_ROUND = 500
const NEAREST = 5

/** A head and what it names. */
interface Labelled {
  readonly head: Head
  readonly labels: readonly string[]
}

export interface LookHooks {
  readonly onOpinions: (opinions: Opinions) => void
  readonly onWorking: (done: number, total: number) => void
}

/** The studio's engine itself: looks at pictures, follows the labels with a head of its own, and answers. */
export class Look {
  readonly #tfFiles: string
  readonly #hooks: LookHooks
  readonly #memory = new Memory()
  #networks: Promise<Networks>
  #live: Labelled | undefined
  #learnt = { pictures: 0, ms: 0 }
  #calibrated = { pictures: 0, temperature: 1 }
  /** Labels were changed since the model was read: the live head knows more than it. */
  #moved = false
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #again = false
  readonly #strange = new Map<string, boolean>()
  #fresh: { readonly hashes: [number, string][]; readonly unreadable: [number, string][] } = {
    hashes: [],
    unreadable: [],
  }

  constructor(tfFiles: string, hooks: LookHooks) {
    this.#tfFiles = tfFiles
    this.#hooks = hooks
    this.#networks = Networks.open(tfFiles)
    this.#networks.catch(() => undefined) // whoever asks first hears of it
  }

  ready(): Promise<unknown> {
    return this.#networks
  }

  /** Ends what is planned, and frees the networks. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#working
    clearTimeout(this.#timer)
    await (await this.#networks.catch(() => undefined))?.close()
  }

  readonly calls: {
    [K in keyof EngineCalls]: (argument: Parameters<EngineCalls[K]>[0]) => Promise<ReturnType<EngineCalls[K]>>
  } = {
    sync: async ({ set, gone }) => {
      const relabelled = set.filter(({ id, label }) => {
        const known = this.#memory.get(id)
        return known !== undefined && known.label !== label
      })
      this.#memory.set(set)
      this.#memory.drop(gone)
      if (relabelled.length + gone.length > 0) this.#moved = true
      if (relabelled.length > 0)
        await (await this.#networks).moved(relabelled.flatMap(({ id }) => this.#memory.get(id) ?? []))
      this.#soon(this.#learnt.pictures === 0 && this.#working === undefined ? 0 : QUIET_MS)
    },
    guess: async jpeg => {
      const started = performance.now()
      const vector = await this.#look(jpeg)
      const guess = await this.#guessOf(vector)
      const labelled = [...this.#seen()].filter(({ label }) => label !== null)
      const { likeness } = await this.#networks
      const nearest = nearestTo(vector, labelled, NEAREST, likeness)
      return { ...guess, nearest, ms: Math.round(performance.now() - started) }
    },
    scores: async id => {
      const picture = this.#memory.get(id)
      if (picture === undefined || !isSeen(picture) || this.#live === undefined) return null
      return await this.#guessOf(picture.vector)
    },
    nearest: async ({ id, labels, count }) => {
      const picture = this.#memory.get(id)
      if (picture?.vector === undefined) return []
      const others = [...this.#seen()].filter(other => other.id !== id && other.label !== null)
      const { likeness } = await this.#networks
      if (labels.length === 0) return nearestTo(picture.vector, others, count, likeness)
      return labels.flatMap(label =>
        nearestTo(
          picture.vector!,
          others.filter(other => other.label === label),
          count,
          likeness,
        ),
      )
    },
    like: async id => {
      const picture = this.#memory.get(id)
      if (picture?.vector === undefined) return []
      const { likeness } = await this.#networks
      return nearestTo(picture.vector, this.#seen(), Number.POSITIVE_INFINITY, likeness).map(near => near.id)
    },
    groups: async detail => {
      const pictures = this.#unlabeled()
      const { likeness } = await this.#networks
      const { groups, rest } = await groupRows(unitMatrix(pictures, likeness), { detail: detail as Detail })
      const ids = (rows: readonly number[]) => rows.map(row => pictures[row]!.id)
      const unseen = [...this.#memory.all()].filter(other => other.label === null && !isSeen(other)).map(({ id }) => id)
      return {
        groups: groups.map(rows => ({ ids: ids(rows), suggestion: this.#mostNamed(rows.map(row => pictures[row]!)) })),
        rest: [...ids(rest), ...unseen],
      }
    },
    next: async count => {
      const { width, stored, likeness } = await this.#networks
      const pictures = this.#unlabeled()
      const labelled = [...this.#seen()].filter(({ label }) => label !== null)
      const live = this.#live
      const scores = live && softmaxRows(headLogits(live.head, matrixOf(pictures, width).values), live.labels.length)
      const pool = {
        unit: unitMatrix(pictures, likeness),
        scores,
        categories: live?.labels.length ?? 0,
        isStrange: (row: number) => stored !== undefined && this.#strange.get(pictures[row]!.sha256 ?? '') === true,
        labelled: unitMatrix(labelled, likeness),
      }
      return (await pickNext(pool, count)).map(pick => {
        const best = pick.between?.[0]
        return {
          id: pictures[pick.row]!.id,
          guess: best === undefined ? null : live!.labels[best]!,
          score: best === undefined ? null : scores![pick.row * live!.labels.length + best]!,
          why: reasonOf(pick, live?.labels ?? []),
        }
      })
    },
    explain: async ({ picture, label }) => {
      const networks = await this.#networks
      const { head, labels } = this.#best(networks)
      const category = labels.indexOf(label)
      if (category < 0) throw new UserError('E_NO_CATEGORY', `The model knows no category "${label}".`)
      return explainedPicture(networks.backbones, head, category, picture)
    },
    reload: async () => {
      const before = await this.#networks.catch(() => undefined)
      this.#networks = Networks.open(this.#tfFiles)
      const now = await this.#networks
      if (before?.identity !== now.identity) this.#memory.forget()
      this.#strange.clear()
      this.#moved = false
      await before?.close()
      this.#soon(0)
    },
  }

  async #look(picture: string | Uint8Array): Promise<Float32Array> {
    try {
      return await (await this.#networks).look(picture)
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      throw new UserError('E_PICTURE', `This picture can't be used: ${error.reason}.`)
    }
  }

  /** By the trained model where nothing was labelled since, as the command line would say it; else by the live head. */
  async #guessOf(vector: Float32Array): Promise<EngineGuess> {
    const networks = await this.#networks
    const { head, labels } = this.#best(networks)
    const logits = headLogits(head, vector)
    const scores = softmaxRows(logits, labels.length)
    const ranked = labels.map((label, at) => ({ label, score: scores[at]! })).sort((a, b) => b.score - a.score)
    const { stored } = networks
    const unfamiliar = stored !== undefined && familiarOf(stored, vector, headLogits(stored.head, vector)).unfamiliar
    return { scores: ranked, unfamiliar, nearest: [], ms: 0 }
  }

  #best({ stored }: Networks): Labelled {
    if (stored && (!this.#moved || this.#live === undefined))
      return { head: stored.head, labels: stored.manifest.labels }
    if (this.#live) return this.#live
    throw new UserError('E_NO_MODEL', 'Nothing was learnt yet.', { hint: 'Give two categories some pictures each.' })
  }

  #seen(): Seen[] {
    return [...this.#memory.all()].filter(isSeen)
  }

  #unlabeled(): Seen[] {
    return this.#seen().filter(({ label }) => label === null)
  }

  #mostNamed(pictures: readonly Seen[]): string | null {
    const live = this.#live
    if (live === undefined) return null
    const logits = headLogits(live.head, matrixOf(pictures, live.head.width).values)
    const counts = new Array<number>(live.labels.length).fill(0)
    pictures.forEach((_, row) => {
      counts[argMaxAt(logits, row * counts.length, counts.length)]!++
    })
    return live.labels[counts.indexOf(Math.max(...counts))] ?? null
  }

  #soon(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#start(), ms)
  }

  /** One round at a time; a change during one asks for another. */
  #start(): void {
    if (this.#working) {
      this.#again = true
      return
    }
    this.#working = this.#round()
      .catch(() => undefined) // what is wrong with the engine is said to whoever asks it something
      .finally(() => {
        this.#working = undefined
        if (!this.#again) return
        this.#again = false
        this.#soon(QUIET_MS)
      })
  }

  async #round(): Promise<void> {
    const networks = await this.#networks
    const missing = this.#memory.missing()
    let chunk: number = CHUNKS.first
    for (let start = 0; start < missing.length; start += chunk, chunk = Math.min(CHUNKS.most, 2 * chunk)) {
      for (const found of await networks.extract(missing.slice(start, start + chunk))) {
        if ('reason' in found) {
          this.#memory.give(found.id, found.reason)
          this.#fresh.unreadable.push([found.id, found.reason])
        } else {
          this.#memory.learn(found.id, found.sha256, found.vector)
          this.#fresh.hashes.push([found.id, found.sha256])
        }
      }
      this.#hooks.onWorking(Math.min(start + chunk, missing.length), missing.length)
    }
    if (missing.length > 0) await networks.save()
    await this.#learn(networks)
    this.#hooks.onOpinions(await this.#opinions(networks))
  }

  /** The live head, where two categories have pictures. */
  async #learn({ engine, width, stored, blocks }: Networks): Promise<void> {
    const started = performance.now()
    const pictures = this.#seen().filter(({ label }) => label !== null)
    const labels = [...new Set(pictures.map(({ label }) => label!))].sort()
    if (labels.length < 2) {
      this.#live = undefined
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
    this.#live = { head, labels }
    this.#learnt = { pictures: pictures.length, ms: performance.now() - started }
  }

  #knownTemperature(pictures: number): number | undefined {
    const { pictures: then, temperature } = this.#calibrated
    return Math.abs(pictures - then) <= RECALIBRATED * then ? temperature : undefined
  }

  async #opinions(networks: Networks): Promise<Opinions> {
    const pictures = this.#seen()
    const live = this.#live
    const { width } = networks
    const labels = live?.labels ?? []
    const scores = live && softmaxRows(headLogits(live.head, matrixOf(pictures, width).values), labels.length)
    const rows = pictures.length
    const { hashes, unreadable } = this.#fresh
    this.#fresh = { hashes: [], unreadable: [] }
    const best = Int32Array.from({ length: rows }, (_, row) =>
      scores ? argMaxAt(scores, row * labels.length, labels.length) : -1,
    )
    return {
      labels,
      ids: Int32Array.from(pictures, ({ id }) => id),
      best,
      score: Float32Array.from(best, (label, row) => (label < 0 ? -1 : scores![row * labels.length + label]!)),
      own: Float32Array.from(pictures, ({ label }, row) => {
        const category = label === null ? -1 : labels.indexOf(label)
        return category < 0 ? -1 : scores![row * labels.length + category]!
      }),
      unfamiliar: this.#strangers(networks, pictures),
      hashes,
      unreadable,
      learnt: this.#learnt.pictures,
      ms: this.#learnt.ms,
    }
  }

  #strangers({ stored }: Networks, pictures: readonly Seen[]): Uint8Array {
    let left = STRANGERS_A_ROUND
    return Uint8Array.from(pictures, ({ label, sha256, vector }) => {
      if (stored === undefined || label !== null || sha256 === null) return 0
      const known = this.#strange.get(sha256)
      if (known !== undefined) return Number(known)
      if (left-- <= 0) return 0
      const { unfamiliar } = familiarOf(stored, vector, headLogits(stored.head, vector))
      this.#strange.set(sha256, unfamiliar)
      return Number(unfamiliar)
    })
  }
}
