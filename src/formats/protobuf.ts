import type { Reader } from 'protobufjs/minimal.js'

/** Wire types; https://protobuf.dev/programming-guides/encoding/#structure */
const VARINT = 0
const LENGTH = 2
const FIXED32 = 5

/** The tag that stands before a field of int32, int64, bool or an enumeration. */
export function varint(field: number): number {
  return (field << 3) | VARINT
}

/** The tag before a string, bytes, a message or a packed list. */
export function bytes(field: number): number {
  return (field << 3) | LENGTH
}

/** The tag before a float. */
export function float(field: number): number {
  return (field << 3) | FIXED32
}

/** A field's number, which is the same for a list whether it is packed or not. */
export function fieldOf(tag: number): number {
  return tag >>> 3
}

/** Whether a list of numbers comes in one piece, or else one number a tag; a reader must take both. */
export function isPacked(tag: number): boolean {
  return (tag & 7) === LENGTH
}

export function skip(reader: Reader, tag: number): void {
  reader.skipType(tag & 7)
}
