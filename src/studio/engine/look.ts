import { UserError } from '../../errors.ts'
import { headLogits } from '../../head/head.ts'
import { softmaxRows } from '../../head/softmax.ts'
import { PictureError } from '../../image/pictureError.ts'
import { familiarOf } from '../../model/familiar.ts'
import { explainedPicture } from './explained.ts'
import { groupedPictures } from './groupedPictures.ts'
import { type Labelled, LiveLabels } from './liveLabels.ts'
import { isSeen, Memory, nearestTo, type Seen } from './memory.ts'
import type { EngineCalls, EngineGuess, Opinions } from './messages.ts'
import { Neighbourhood } from './neighbourhood.ts'
import { Networks } from './networks.ts'
import { nextPictures } from './nextPictures.ts'
import { type Found, opinionsOf } from './opinions.ts'
import { Rounds } from './rounds.ts'
import { Strangers } from './strangers.ts'

/** After the last change, in milliseconds: quick enough to follow, slow enough not to run at every key. */
const QUIET_MS = 800
/** Pictures between two signs of progress: few at first, then more, as making the networks ready costs a moment each time. */
const CHUNKS = { first: 64, most: 512 } as const
/** Opinions are told again when so many times the pictures of the last time were seen. */
const GROWTH = 2
const NEAREST = 5

export interface LookHooks {
  readonly onOpinions: (opinions: Opinions) => void
  readonly onWorking: (done: number, total: number) => void
}

/** The studio's engine itself: looks at pictures, follows the labels with a head of its own, and answers. */
export class Look {
  readonly #tfFiles: string
  readonly #hooks: LookHooks
  readonly #memory = new Memory()
  readonly #live = new LiveLabels()
  readonly #strangers = new Strangers()
  readonly #near = new Neighbourhood()
  readonly #rounds = new Rounds(() => this.#round(), QUIET_MS)
  #networks: Promise<Networks>
  /** Labels were changed since the model was read: the live head knows more than it. */
  #moved = false
  #found: Found = { hashes: [], unreadable: [] }

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
    await this.#rounds.close()
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
      this.#rounds.soon(this.#live.learnt.pictures === 0 && !this.#rounds.working ? 0 : QUIET_MS)
    },
    guess: async jpeg => {
      const started = performance.now()
      const vector = await this.#look(jpeg)
      const guess = await this.#guessOf(vector)
      const labelled = this.#labelled()
      const { likeness } = await this.#networks
      const nearest = nearestTo(vector, labelled, NEAREST, likeness)
      return { ...guess, nearest, ms: Math.round(performance.now() - started) }
    },
    scores: async id => {
      const picture = this.#memory.get(id)
      if (picture === undefined || !isSeen(picture) || this.#live.now === undefined) return null
      return await this.#guessOf(picture.vector)
    },
    nearest: async ({ id, labels, count }) => {
      const vector = this.#memory.get(id)?.vector
      if (vector === undefined) return []
      const others = this.#labelled().filter(other => other.id !== id)
      const pools = labels.length > 0 ? labels.map(label => others.filter(other => other.label === label)) : [others]
      const { likeness } = await this.#networks
      return pools.flatMap(pool => nearestTo(vector, pool, count, likeness))
    },
    like: async id => {
      const picture = this.#memory.get(id)
      if (picture?.vector === undefined) return []
      const { likeness } = await this.#networks
      return nearestTo(picture.vector, this.#seen(), Number.POSITIVE_INFINITY, likeness).map(near => near.id)
    },
    groups: async detail => {
      const { likeness } = await this.#networks
      return groupedPictures({ memory: this.#memory, live: this.#live, near: this.#near, likeness }, detail)
    },
    next: async count => {
      const networks = await this.#networks
      const [labelled, unlabeled] = [this.#labelled(), this.#unlabeled()]
      return nextPictures({ networks, live: this.#live, strangers: this.#strangers, labelled, unlabeled }, count)
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
      if (before?.identity !== now.identity) {
        this.#memory.forget()
        this.#near.forget()
      }
      this.#strangers.clear()
      this.#moved = false
      await before?.close()
      this.#rounds.soon(0)
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
    if (stored && (!this.#moved || this.#live.now === undefined))
      return { head: stored.head, labels: stored.manifest.labels }
    if (this.#live.now) return this.#live.now
    throw new UserError('E_NO_MODEL', 'Nothing was learnt yet.', { hint: 'Give two categories some pictures each.' })
  }

  #seen(): Seen[] {
    return [...this.#memory.all()].filter(isSeen)
  }

  #labelled(): Seen[] {
    return this.#seen().filter(({ label }) => label !== null)
  }

  #unlabeled(): Seen[] {
    return this.#seen().filter(({ label }) => label === null)
  }

  /** Looks at what nobody has looked at, learns from the labelled ones among them, and tells what it thinks of all. */
  async #round(): Promise<void> {
    const networks = await this.#networks
    const missing = this.#memory.missing()
    const labelled = missing.filter(({ label }) => label !== null).length
    let chunk: number = CHUNKS.first
    let told = 0
    for (let start = 0; start < missing.length; start += chunk, chunk = Math.min(CHUNKS.most, 2 * chunk)) {
      if (!(await this.#lookAt(networks, missing.slice(start, start + chunk)))) return // another round begins anew
      const done = Math.min(start + chunk, missing.length)
      this.#hooks.onWorking(done, missing.length)
      // Whoever has thousands to sort need not wait for the last of them.
      if (done < labelled || done === missing.length || done < GROWTH * told) continue
      await this.#learnAndTell(networks)
      told = done
    }
    if (missing.length > 0) await networks.save()
    await this.#learnAndTell(networks)
  }

  /** @returns false where the networks were read anew meanwhile: what these see may mean nothing to those */
  async #lookAt(networks: Networks, pictures: ReturnType<Memory['missing']>): Promise<boolean> {
    const all = await networks.extract(pictures)
    if ((await this.#networks) !== networks) return false
    for (const found of all) {
      if ('reason' in found) {
        this.#memory.give(found.id, found.reason)
        this.#found.unreadable.push([found.id, found.reason])
      } else {
        this.#memory.learn(found.id, found.sha256, found.vector)
        this.#found.hashes.push([found.id, found.sha256])
      }
    }
    return true
  }

  async #learnAndTell(networks: Networks): Promise<void> {
    await this.#live.learn(networks, this.#labelled())
    const found = this.#found
    this.#found = { hashes: [], unreadable: [] }
    const pictures = this.#seen()
    const unfamiliar = this.#strangers.flags(networks.stored, pictures)
    this.#hooks.onOpinions({ ...opinionsOf(this.#live, pictures, networks.width), unfamiliar, ...found })
  }
}
