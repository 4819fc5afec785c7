import type { BottleneckCache, FileRecord, StoreEntry } from './cache.ts'

/** Bottlenecks a transaction: as many are lost at most when the process is killed. */
const BOTTLENECKS = 64
/** Files' records a transaction. */
const RECORDS = 512

/** Collects what is new for the cache, and writes it batch by batch. */
export class CacheWriter {
  readonly #cache: BottleneckCache
  #records: [path: string, record: FileRecord][] = []
  #entries = new Map<string, StoreEntry[]>() // by identity
  #count = 0

  constructor(cache: BottleneckCache) {
    this.#cache = cache
  }

  async addRecord(path: string, record: FileRecord): Promise<void> {
    this.#records.push([path, record])
    if (this.#records.length >= RECORDS) await this.#writeRecords()
  }

  /** Call `writeFull` after some of them. */
  addBottleneck(identity: string, entry: StoreEntry): void {
    const others = this.#entries.get(identity) ?? []
    others.push(entry)
    this.#entries.set(identity, others)
    this.#count++
  }

  /** Writes the bottlenecks, if there are enough of them for a transaction. */
  async writeFull(): Promise<void> {
    if (this.#count >= BOTTLENECKS) await this.#writeBottlenecks()
  }

  /** Writes all that is left. */
  async flush(): Promise<void> {
    await this.#writeBottlenecks()
    await this.#writeRecords()
  }

  async #writeRecords(): Promise<void> {
    const records = this.#records
    this.#records = []
    if (records.length > 0) await this.#cache.writeFiles(records)
  }

  async #writeBottlenecks(): Promise<void> {
    const entries = this.#entries
    this.#entries = new Map()
    this.#count = 0
    for (const [identity, some] of entries) await this.#cache.writeBottlenecks(identity, some)
  }
}
