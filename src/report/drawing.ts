import { isMemoryLittle } from '../disk/memoryLimit.ts'
import { AnsweringThread } from '../flow/thread.ts'
import { type Chart, type Charted, type ChartId, chartsOf } from './chart.ts'
import { Charts, type Drawn, drawn } from './charts.ts'

/** A thread's file, beside this one when built. */
const THREAD = new URL('./drawingThread.js', import.meta.url)

/** Draws the charts of a page: once it is started in a thread, while other things are computed; else when they are wanted. */
export class Drawing {
  #thread: AnsweringThread | undefined
  #isOver = false
  readonly #begun = new Map<ChartId, Promise<Drawn>>()

  /** Starts the thread, which loads the library: that takes as long as drawing a chart or two. */
  start(file: URL = THREAD): void {
    if (!isMemoryLittle()) this.#thread ??= new AnsweringThread(file, {})
  }

  /** Begins to draw the charts of what is known, where it is started. */
  begin(charted: Charted): void {
    if (!this.#thread) return
    for (const chart of chartsOf(charted)) this.#once(chart).catch(() => undefined) // whoever wants it is told
  }

  /** All charts of a page. */
  async charts(charted: Charted): Promise<Charts> {
    const all = chartsOf(charted).map(async chart => [chart.id, await this.#once(chart)] as const)
    return new Charts(new Map(await Promise.all(all)))
  }

  /** What was begun and not wanted yet is given up. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#thread?.end()
  }

  #once(chart: Chart): Promise<Drawn> {
    const begun = this.#begun.get(chart.id) ?? this.#draw(chart)
    this.#begun.set(chart.id, begun)
    return begun
  }

  /** Where the thread can't be had, this one draws. */
  #draw(chart: Chart): Promise<Drawn> {
    if (!this.#thread) return drawn(chart)
    return (this.#thread.ask(chart) as Promise<Drawn>).catch(error => {
      if (this.#isOver) throw error
      return drawn(chart)
    })
  }
}
