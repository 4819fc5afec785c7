import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadTensorFlow } from '../../src/engine/tensorflowModule.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const SCRIPTS = new URL('../../scripts/provision-tfjs-node/', import.meta.url)
const { extract } = (await import(new URL('unzip.mjs', SCRIPTS).href)) as {
  extract(archive: string, names: readonly string[], folder: string): Promise<void>
}

let folder: string
beforeEach(async () => {
  folder = await tempFolder()
})

describe('taking a library out of an archive', () => {
  it('writes the members asked for, compressed or stored, and no others', async () => {
    const text = 'a library '.repeat(50_000)
    const archive = zip({ 'deep/libone.so': text, 'libtwo.so': 'stored', 'other.txt': 'other' }, ['libtwo.so'])
    const target = join(folder, 'out')
    mkdirSync(target)
    await extract(archive, ['deep/libone.so', 'libtwo.so'], target)
    expect(readdirSync(target).sort()).toEqual(['libone.so', 'libtwo.so'])
    expect(readFileSync(join(target, 'libone.so'), 'utf8')).toBe(text)
    expect(readFileSync(join(target, 'libtwo.so'), 'utf8')).toBe('stored')
  })

  it('names a member that is not there', async () => {
    await expect(extract(zip({ a: 'a' }), ['b'], folder)).rejects.toThrow('example.zip has no member b.')
  })

  it('refuses what is no archive, and one that is cut short', async () => {
    const archive = zip({ a: 'a'.repeat(1000) })
    writeFileSync(archive, readFileSync(archive).subarray(0, 40))
    await expect(extract(archive, ['a'], folder)).rejects.toThrow('is not a zip archive, or it is cut short')
  })
})

/** Where npm's own tfjs-node loads there is nothing to provision, so that the rest of the script is never reached. */
const npmHasIt = (() => {
  try {
    loadTensorFlow([fileURLToPath(import.meta.url)])
    return true
  } catch {
    return false
  }
})()

describe.skipIf(npmHasIt || process.platform !== 'linux' || process.arch !== 'x64')('the provisioning script', () => {
  it('says what it needs before it fetches anything', () => {
    const { status, stderr } = provision([], { PATH: folder })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^Provisioning needs a C\+\+ compiler \(.*\), and npm, and mvn or pip/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('does not use a file with another checksum, and leaves nothing behind', () => {
    writeFileSync(join(folder, 'some.jar'), 'not the library')
    const { status, stderr } = provision(['--from', join(folder, 'some.jar')], fakeTools())
    expect(status).toBe(1)
    expect(stderr).toMatch(/^some\.jar has sha256 [0-9a-f]{64} where [0-9a-f]{64} or [0-9a-f]{64} was expected/)
    expect(readdirSync(join(folder, 'cache'))).toEqual([])
  })

  it('tries the next source when one fails, and names both in the end', () => {
    const { status, stdout, stderr } = provision([], fakeTools('mvn', 'pip3'))
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /with mvn\.\nThat did not work\. mvn failed \(exit code 1\):\n +no such host\n.*with pip3\.\n/,
    )
    expect(stderr).toMatch(/could not be fetched from .*tensorflow-core-api.*, nor from .*tensorflow-cpu.* --from FILE/)
  })

  it('clears away what a run that was killed left, not what a live one is at', () => {
    const dead = join(folder, 'cache', 'tfjs-node-4.22.0.part-999999999-abc')
    const live = join(folder, 'cache', `tfjs-node-4.22.0.part-${process.pid}-abc`)
    for (const left of [dead, live]) mkdirSync(left, { recursive: true })
    provision(['--from', join(folder, 'nothing.jar')], fakeTools())
    expect(existsSync(dead)).toBe(false)
    expect(existsSync(live)).toBe(true)
  })

  it('shows an unknown option as a sentence', () => {
    const { status, stderr } = provision(['--form', 'x'], {})
    expect(status).toBe(1)
    expect(stderr).not.toContain('    at ')
  })
})

function provision(args: readonly string[], env: NodeJS.ProcessEnv) {
  return spawnSync(process.execPath, [fileURLToPath(new URL('run.mjs', SCRIPTS)), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ITC_CACHE: join(folder, 'cache'), ...env },
  })
}

/** A PATH with a compiler and npm that are never reached, and sources' clients that fail. */
function fakeTools(...clients: readonly string[]): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const name of ['g++', 'npm', ...clients]) {
    writeFileSync(join(bin, name), '#!/bin/sh\necho no such host\nexit 1\n', { mode: 0o755 })
  }
  return { PATH: bin, CXX: '' }
}

/** A zip archive of those members; all are deflated but those in `stored`. */
function zip(members: Readonly<Record<string, string>>, stored: readonly string[] = []): string {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(members)) {
    const isStored = stored.includes(name)
    const bytes = isStored ? Buffer.from(text) : deflateRawSync(text)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50)
    header.writeUInt16LE(name.length, 26)
    header.writeUInt16LE(4, 28) // four bytes of extra field, which the directory does not have
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(isStored ? 0 : 8, 10)
    entry.writeUInt32LE(bytes.length, 20)
    entry.writeUInt32LE(Buffer.byteLength(text), 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    directory.push(entry, Buffer.from(name))
    parts.push(header, Buffer.from(name), Buffer.alloc(4), bytes)
    offset += 30 + name.length + 4 + bytes.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  const path = join(folder, 'example.zip')
  writeFileSync(path, Buffer.concat([...parts, listing, end]))
  return path
}
