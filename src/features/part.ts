import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  array,
  fits,
  flag,
  literal,
  looseObject,
  optional,
  picklist,
  positive,
  sha256,
  text,
  whole,
} from '../schema.ts'
import { decodeVectors, encodeVectors, HASH_BYTES, type VectorKind } from '../table/arrow.ts'
import { heading, seal, unseal } from '../table/seal.ts'
import { allFinite } from './finite.ts'

/** Raised when the meaning of a part's bytes changes; parts of another format are left alone and not read. */
const PART_FORMAT = 1

/** Bytes that one CRC-32 vouches for: few enough to read one row alone, and to find every burst of flipped bits. */
export const BLOCK = 1 << 16

const METADATA = 'itc'
/** Added to where the hashes lie, so that the number has as many digits in every file. */
const HASHES_AT = 1e11

/** Vectors of pictures under one identity: what a part file holds, and all that it holds. */
export interface Part {
  /** What the vectors are; bottlenecks unless given. */
  readonly kind?: VectorKind | undefined
  /** What the vectors are of: see `bottleneckIdentity`. */
  readonly identity: string
  /** sha256 of each row's picture, [rows, 32]. */
  readonly hashes: Uint8Array
  /** [rows, width]; float16 as its bits. */
  readonly vectors: Float32Array | Uint16Array
  readonly rows: number
  readonly width: number
  /** sha256 of hashes and vectors, hex: the name of the part. */
  readonly content: string
  /** CRC-32 of each block of `vectors`. */
  readonly crc32: readonly number[]
  /** True where all numbers were looked at when they were written, and are numbers. */
  readonly finite: boolean
}

/** A part and the file that holds it. */
export interface StoredPart {
  readonly name: string
  readonly part: Part
  /** Length of the file. */
  readonly bytes: number
}

/** What a part is made from. */
export type PartData = Pick<Part, 'kind' | 'identity' | 'hashes' | 'vectors' | 'rows' | 'width'>

interface Heading extends Pick<Part, 'kind' | 'identity' | 'rows' | 'width' | 'content' | 'crc32'> {
  readonly format: number
  /** Where the hashes lie; the vectors are what the seal leaves out. */
  readonly hashesAt: number
  readonly half: boolean
  /** Parts of before it was noted have to be looked at. */
  readonly finite?: boolean
}

const headingSchema = looseObject({
  format: literal(PART_FORMAT),
  kind: optional(picklist(['bottleneck', 'quality'])),
  identity: text,
  rows: whole,
  width: positive,
  content: sha256,
  half: flag,
  hashesAt: whole,
  crc32: array(whole),
  finite: optional(flag),
})

/** A part as the bytes of an Arrow IPC file. */
export function encodePart(data: PartData): { readonly bytes: Uint8Array; readonly content: string } {
  const { kind, identity, hashes, vectors, rows, width } = data
  const content = contentOf(hashes, vectors)
  const half = vectors instanceof Uint16Array
  const said = {
    format: PART_FORMAT,
    kind,
    identity,
    rows,
    width,
    content,
    half,
    crc32: checksumsOf([bytesOf(vectors)]),
    finite: allFinite(vectors),
  }
  const headed = (hashesAt: number) => heading({ hashesAt: hashesAt + HASHES_AT, ...said })
  const unknown = headed(0)
  const bytes = new Uint8Array(encodeVectors({ ...data, metadata: new Map([[METADATA, unknown]]) }))
  const laid = decodeVectors(bytes)
  const { byteOffset, byteLength } = laid.vectors
  seal(bytes, unknown, { start: byteOffset, end: byteOffset + byteLength }, headed(laid.hashes.byteOffset))
  return { bytes, content }
}

/**
 * Reads a part after holding its every block against its CRC-32.
 *
 * @param bytes from the start of an ArrayBuffer: nothing is copied
 * @throws Error when it is no part, or not as it was written
 */
export function decodePart(bytes: Uint8Array): Part {
  const { content: said, left } = unseal(bytes)
  const { kind, identity, rows, width, content, half, hashesAt: at, crc32, finite = false } = headingOf(said)
  const vectors = half
    ? new Uint16Array(bytes.buffer, left.start, rows * width)
    : new Float32Array(bytes.buffer, left.start, rows * width)
  const found = checksumsOf([bytesOf(vectors)])
  if (found.length !== crc32.length || found.some((crc, at) => crc !== crc32[at])) {
    throw new Error('a checksum does not match')
  }
  if (at + rows * HASH_BYTES > bytes.length) throw new Error('it has other hashes')
  return {
    kind,
    identity,
    hashes: bytes.subarray(at, at + rows * HASH_BYTES),
    vectors,
    rows,
    width,
    content,
    crc32: found,
    finite,
  }
}

/** A part's heading, with the place of its hashes. @throws Error for what is none */
export function headingOf(said: unknown): Heading {
  if (!fits<Heading>(headingSchema, said)) throw new Error('its heading is not one of this format')
  return { ...said, hashesAt: said.hashesAt - HASHES_AT }
}

/** True when hashes and vectors are still those that gave the part its name: dearer than the checksums, for `doctor` and merging. */
export function isIntact({ hashes, vectors, content }: Part): boolean {
  return contentOf(hashes, vectors) === content
}

function contentOf(hashes: Uint8Array, vectors: Part['vectors']): string {
  return createHash('sha256').update(hashes).update(bytesOf(vectors)).digest('hex')
}

/** CRC-32 of each block of bytes that lie one behind the other, in spans. */
export function checksumsOf(spans: readonly Uint8Array[]): number[] {
  const found: number[] = []
  let [crc, length] = [0, 0]
  for (const span of spans) {
    for (let at = 0; at < span.length; ) {
      const piece = span.subarray(at, at + BLOCK - length)
      crc = crc32(piece, crc)
      at += piece.length
      length += piece.length
      if (length < BLOCK) continue
      found.push(crc)
      ;[crc, length] = [0, 0]
    }
  }
  return length === 0 ? found : [...found, crc]
}

function bytesOf({ buffer, byteOffset, byteLength }: Part['vectors']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Of each row, the picture's hash as `rowKey` gives it, [rows]. */
export function keysOf({ hashes, rows }: Part): string[] {
  const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength)
  return Array.from({ length: rows }, (_, row) => bytes.toString('latin1', row * HASH_BYTES, (row + 1) * HASH_BYTES))
}

/** A sha256 in hex as its bytes, a character each: half as much to hold and to compare. */
export function rowKey(hash: string): string {
  return Buffer.from(hash, 'hex').toString('latin1')
}
