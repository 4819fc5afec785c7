import type { NetworkProgress } from '../../features/options.ts'
import { Rate } from '../../flow/rate.ts'
import type { HeadOptions } from '../../head/options.ts'
import { isMeasured, networkCost, type Size, STAGES, type Stage, usualSeconds } from './costs.ts'
import type { TrainEvent } from './events.ts'
import type { ResolvedTrainOptions } from './options.ts'
import { EVIDENCE, type Evidence, slownessOf } from './slowness.ts'
import type { Speed } from './speed.ts'

/** Nothing is told before so many seconds were measured, where no training was measured before. */
const LEAST_EVIDENCE = 1
/** A stage tells by its own speed once it has done this share of it, or so many things. */
const LEAST_SHARE = 0.03
const LEAST_THINGS = 24
/** Milliseconds for which what was told holds, but for what has passed: pictures are told of in hundreds a second. */
const HOLDS_MS = 100
/** Seconds in which what is told may double. */
const DOUBLING = 10
/** Which stage's end begins which other one. */
const NEXT: Partial<Record<Stage, Stage>> = {
  choosing: 'bottlenecks',
  bottlenecks: 'neighbours',
  variants: 'neighbours',
  head: 'cross-validation',
  'cross-validation': 'assessment',
  assessment: 'report',
}

/** An event that tells how far something has come. */
type Doing = Extract<TrainEvent, { readonly done: number }>

/**
 * How long a training will go on, told from its events. Each stage has a usual time by its size; the last training on this
 * machine, and the stages of this one that are over, tell by how much this machine differs from the usual; a stage that is
 * under way is told by its own speed the more, the longer it runs.
 */
export class Forecast {
  readonly #head: HeadOptions
  readonly #augment: number
  readonly #before: Speed
  readonly #now: () => number
  readonly #spent = new Map<Stage, number>()
  #size: Size = { pictures: 0, categories: 5, features: 3000, choosing: 0, bottlenecks: 0, variants: 0 }
  #networks = ''
  #stage: Stage = 'choosing'
  #begun: number
  #rate = new Rate()
  /** What there is left to do of the present stage, in things of its own. */
  #todo: number | undefined
  #first: number | undefined
  #done = 0
  #share = 0
  #found: { readonly kind: string; readonly at: number; readonly seconds: number | undefined } | undefined
  #told: { readonly seconds: number; readonly at: number } | undefined

  /**
   * @param augment variants of each picture
   * @param before what the last training found
   * @param now milliseconds, as of `performance.now`
   */
  constructor(
    { head, augment }: Pick<ResolvedTrainOptions, 'head' | 'augment'>,
    before: Speed,
    now: () => number = () => performance.now(),
  ) {
    this.#head = head
    this.#augment = augment
    this.#before = before
    this.#now = now
    this.#begun = now()
  }

  /** The event with the time that is left when it happens. */
  withTime(event: TrainEvent): TrainEvent {
    if (!('done' in event)) {
      this.#follow(event)
      return event
    }
    const now = this.#now()
    if (!this.#holds(event, now)) {
      this.#follow(event)
      this.#found = { kind: event.kind, at: now, seconds: this.#secondsLeft() }
    }
    const { at, seconds } = this.#found!
    return seconds === undefined ? event : { ...event, secondsLeft: Math.max(1, seconds - (now - at) / 1000) }
  }

  /** Whether what was found at the last event of this kind is good enough: not for the end of it. */
  #holds({ kind, done, total }: Doing, now: number): boolean {
    return this.#found?.kind === kind && now - this.#found.at < HOLDS_MS && done < total
  }

  /** What this training found, once it is over: for the next one. */
  speed(): Speed {
    this.#enter('report')
    this.#spend()
    const measured: Record<string, number> = { ...this.#before }
    for (const [stage, seconds] of this.#spent) {
      const usual = usualSeconds(stage, this.#size, this.#head)
      if (usual > 0.05 && seconds > 0) measured[this.#nameOf(stage)] = seconds / usual
    }
    return measured
  }

  #follow(event: TrainEvent): void {
    switch (event.kind) {
      case 'comparing':
        this.#size = { ...this.#size, pictures: event.of }
        break
      case 'choosing':
        this.#size = { ...this.#size, choosing: event.total }
        this.#progress('choosing', event.done, event.total)
        break
      case 'scanned':
        this.#size = { ...this.#size, pictures: event.pictures, categories: event.categories.length }
        this.#enter('bottlenecks')
        break
      case 'bottlenecks':
      case 'variants': {
        const { networks } = event
        const cost = (pictures: (network: NetworkProgress) => number) =>
          networks.reduce((sum, each) => sum + pictures(each) * networkCost(each.name, each.size), 0)
        const lacked = cost(({ total }) => total)
        const features = networks.reduce((sum, each) => sum + each.features, 0)
        this.#size = { ...this.#size, features, [event.kind]: lacked }
        if (event.kind === 'bottlenecks') {
          this.#size = { ...this.#size, variants: lacked * this.#augment }
          this.#networks = unusual(networks)
        }
        this.#progress(
          event.kind,
          cost(({ done }) => done),
          lacked,
        )
        break
      }
      case 'download':
        this.#begun = this.#now() // no training's time
        break
      case 'split':
        this.#enter('head')
        break
      case 'steps':
        this.#progress('head', event.done, event.total)
        break
      case 'cross-validation':
      case 'assessment':
        this.#progress(event.kind, event.done, event.total)
        break
    }
  }

  #progress(stage: Stage, done: number, total: number): void {
    this.#enter(stage)
    this.#rate.add(done, this.#now())
    this.#todo = total - done
    this.#first ??= done // where stages went on beside others, not all of it is this one's time
    this.#done = done - this.#first
    this.#share = total > this.#first ? (done - this.#first) / (total - this.#first) : 1
    const next = NEXT[stage]
    if (done >= total && next !== undefined && stage !== 'choosing') this.#enter(next)
  }

  #enter(stage: Stage): void {
    if (stage === this.#stage) return
    this.#spend()
    this.#stage = stage
    this.#rate = new Rate()
    this.#todo = undefined
    this.#first = undefined
    this.#share = 0
  }

  #spend(): void {
    const now = this.#now()
    this.#spent.set(this.#stage, (this.#spent.get(this.#stage) ?? 0) + (now - this.#begun) / 1000)
    this.#begun = now
  }

  #secondsLeft(): number | undefined {
    const elapsed = (this.#now() - this.#begun) / 1000
    const measured = this.#bySpeed()
    const evidence = this.#evidence(measured === undefined ? undefined : elapsed + measured)
    const seen = evidence.reduce((sum, { actual }) => sum + actual, 0)
    if (Object.keys(this.#before).length === 0 && seen < LEAST_EVIDENCE) return undefined
    const slowness = slownessOf(evidence)
    const left = (stage: Stage) => this.#expected(stage) * slowness(stage)
    const trust = measured === undefined ? 0 : elapsed / (elapsed + EVIDENCE)
    const own = left(this.#stage) * (1 - this.#share) * (1 - trust) + (measured ?? 0) * trust
    const later = STAGES.slice(STAGES.indexOf(this.#stage) + 1).reduce((sum, stage) => sum + left(stage), 0)
    return this.#steady(own + later)
  }

  /** What stages took, and what they were expected to. @param present of the present one, undefined while it can't be told */
  #evidence(present: number | undefined): Evidence[] {
    const all = new Map(this.#spent)
    if (present !== undefined) all.set(this.#stage, (all.get(this.#stage) ?? 0) + present)
    return [...all]
      .map(([stage, actual]) => ({ stage, actual, expected: this.#expected(stage) }))
      .filter(({ expected }) => expected > 0)
  }

  /** What the present stage will go on for at its own speed; undefined while too little is done to tell. */
  #bySpeed(): number | undefined {
    const perSecond = this.#rate.perSecond()
    const isTelling = this.#share >= LEAST_SHARE || this.#done >= LEAST_THINGS
    return perSecond === undefined || this.#todo === undefined || !isTelling ? undefined : this.#todo / perSecond
  }

  #expected(stage: Stage): number {
    const usual = usualSeconds(stage, this.#size, this.#head)
    return usual * (this.#before[this.#nameOf(stage)] ?? this.#before[stage] ?? 1)
  }

  #nameOf(stage: Stage): string {
    return stage === 'bottlenecks' || stage === 'variants' ? `${stage}${this.#networks}` : stage
  }

  /** What is told rises no faster than a person can make sense of, and is never nothing. */
  #steady(seconds: number): number {
    const at = this.#now()
    if (this.#told !== undefined) {
      const passed = (at - this.#told.at) / 1000
      const most = Math.max(1, this.#told.seconds - passed) * 2 ** (passed / DOUBLING) + passed
      seconds = Math.min(seconds, most)
    }
    seconds = Math.max(1, seconds)
    this.#told = { seconds, at }
    return seconds
  }
}

/** The names of networks whose cost nobody measured, with a space before each. */
function unusual(networks: readonly NetworkProgress[]): string {
  return networks.map(({ name, size }) => (isMeasured(name) ? '' : ` ${name}@${size}`)).join('')
}
