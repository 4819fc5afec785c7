/**
 * Reads single members out of a zip archive (a jar and a wheel are zip archives) without holding them in memory: the
 * library is 430 MB. No zip64, no encryption; neither source has them.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { ProvisionError } from './programs.mjs'

const END = 0x06054b50
const ENTRY = 0x02014b50
const END_LENGTH = 22
const STORED = 0
const DEFLATED = 8

/**
 * Writes the members named `wanted` (full names in the archive) into `folder`, under their base names.
 *
 * @throws {ProvisionError} when the archive is not a zip, or lacks a member, or a member's length is not as recorded
 */
export async function extract(archive, wanted, folder) {
  const file = await open(archive)
  try {
    const directory = await readDirectory(file, archive)
    for (const name of wanted) {
      const member = directory.get(name)
      if (member === undefined) throw new ProvisionError(`${basename(archive)} has no member ${name}.`)
      await extractMember(file, archive, member, join(folder, basename(name)))
    }
  } finally {
    await file.close()
  }
}

async function readDirectory(file, archive) {
  const { size } = await file.stat()
  const tail = await read(file, Math.max(0, size - END_LENGTH - 0xffff), Math.min(size, END_LENGTH + 0xffff))
  let at = tail.length - END_LENGTH
  while (at >= 0 && tail.readUInt32LE(at) !== END) at--
  if (at < 0) throw new ProvisionError(`${basename(archive)} is not a zip archive, or it is cut short.`)
  const bytes = await read(file, tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12))
  const members = new Map()
  for (let p = 0; p + 46 <= bytes.length && bytes.readUInt32LE(p) === ENTRY; ) {
    const nameLength = bytes.readUInt16LE(p + 28)
    members.set(bytes.toString('utf8', p + 46, p + 46 + nameLength), {
      method: bytes.readUInt16LE(p + 10),
      compressed: bytes.readUInt32LE(p + 20),
      size: bytes.readUInt32LE(p + 24),
      header: bytes.readUInt32LE(p + 42),
    })
    p += 46 + nameLength + bytes.readUInt16LE(p + 30) + bytes.readUInt16LE(p + 32)
  }
  return members
}

async function extractMember(file, archive, member, target) {
  if (member.method !== STORED && member.method !== DEFLATED) {
    throw new ProvisionError(`${basename(archive)} is compressed by a method (${member.method}) that is not supported.`)
  }
  // The local header repeats the name and has extra fields of its own, of another length than the directory's.
  const local = await read(file, member.header, 30)
  const start = member.header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  const source = createReadStream(archive, { start, end: start + member.compressed - 1 })
  const sink = createWriteStream(target)
  await (member.method === DEFLATED ? pipeline(source, createInflateRaw(), sink) : pipeline(source, sink))
  if (sink.bytesWritten !== member.size) {
    throw new ProvisionError(`${basename(target)} has ${sink.bytesWritten} bytes where ${member.size} were recorded.`)
  }
}

async function read(file, position, length) {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}
