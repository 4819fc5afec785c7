import type { VectorKind } from '../table/arrow.ts'

/** What was known of a file when its bytes were last read. */
export interface FileRecord {
  readonly size: number
  readonly mtimeMs: number
  /** sha256 of the bytes, hex. */
  readonly hash: string
}

/** A picture's bottleneck under one identity. */
export interface StoreEntry {
  /** sha256 of the picture's bytes, hex. */
  readonly hash: string
  /** Uint16Array: as float16. */
  readonly bottleneck: Float32Array | Uint16Array
}

/** A bottleneck that is looked for, and where in a matrix's values it is to go. */
export interface Wanted {
  readonly hash: string
  readonly offset: number
}

/**
 * Where bottlenecks are kept between runs: by the picture's content and by what they were computed with, so that a renamed
 * or moved picture is found again and a replaced one is not. Whoever opens a cache closes it.
 */
export interface BottleneckCache {
  /** The record of a file by its path under the data folder. */
  file(path: string): FileRecord | undefined
  /** Copies one bottleneck into `target` at `offset`; false where there is none of that length. */
  read(hash: string, identity: string, target: Float32Array, offset: number, length: number): Promise<boolean>
  /**
   * Copies the bottlenecks that there are into `target`, all of one length.
   *
   * @returns of each whether it was there, in the order of `wanted`
   * @throws the signal's reason when aborted
   */
  readAll(
    identity: string,
    wanted: readonly Wanted[],
    target: Float32Array,
    length: number,
    signal?: AbortSignal,
  ): Promise<boolean[]>
  /**
   * Gives each bottleneck that there is to `take`, in the order in which they lie on the disk: for more than fit into memory.
   *
   * @param take gets the place in `hashes`, and numbers as they are kept, float16 as its bits, that are gone after it
   * @returns of each whether it was there, in the order of `hashes`
   * @throws the signal's reason when aborted
   */
  readEach(
    identity: string,
    hashes: readonly string[],
    length: number,
    take: (at: number, bottleneck: Float32Array | Uint16Array) => void,
    signal?: AbortSignal,
  ): Promise<boolean[]>
  /** Remembers files' records; resolves when they are committed. */
  writeFiles(records: Iterable<readonly [path: string, record: FileRecord]>): Promise<void>
  /**
   * Stores a batch of bottlenecks, all or none; resolves when it is committed.
   *
   * @param kind what else the vectors are, such as figures of quality
   */
  writeBottlenecks(identity: string, entries: readonly StoreEntry[], kind?: VectorKind): Promise<void>
  close(): Promise<void>
}
