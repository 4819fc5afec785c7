import { execFileSync } from 'node:child_process'
import { chmod, mkdir, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { Turns } from '../../src/flow/turns.ts'
import { DEFAULT_LIMITS } from '../../src/image/limits.ts'
import { readPicture, readStream } from '../../src/image/read.ts'
import { noise, outcome } from '../helpers/samples.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'

const windows = process.platform === 'win32'
const root = process.getuid?.() === 0

const folder = await sharedFolder()
const at = (name: string) => join(folder, name)
beforeAll(async () => {
  await writeFile(at('picture'), await noise().jpeg().toBuffer())
})

test('reads a file with the size and time that it has', async () => {
  const { bytes, size, mtimeMs } = await readPicture(at('picture'))
  const stats = await stat(at('picture'))
  expect([bytes.length, size, mtimeMs]).toEqual([stats.size, stats.size, stats.mtimeMs])
})

test.each([
  'no ending',
  'a picture.png', // a JPEG
  'photo.txt',
  'brackets [1] (2) {3}.jpg',
  `quotes ' ".jpg`,
  'line\nfeed.jpg',
  'Ünï¢ødé 🦆.jpg',
  '-starts like an option',
  `${'n'.repeat(251)}.jpg`,
])('decodes a file called %j', async name => {
  if (windows && /["\n]/.test(name)) return
  await writeFile(at(name), await noise().jpeg().toBuffer())
  expect(await outcome(at(name))).toBe('ok')
})

test('names what cannot be read', async () => {
  await writeFile(at('empty.jpg'), '')
  await mkdir(at('folder.jpg'))
  expect(await outcome(at('none.jpg'))).toBe('no such file')
  expect(await outcome(at('picture/x.jpg'))).toBe('no such file')
  expect(await outcome(at('empty.jpg'))).toBe('an empty file')
  expect(await outcome(at('folder.jpg'))).toBe('a folder, not a file')
})

test.skipIf(windows)('follows links to files and names the others', async () => {
  await symlink('picture', at('link.jpg'))
  await symlink('nowhere', at('dangling.jpg'))
  await symlink('loop2.jpg', at('loop1.jpg'))
  await symlink('loop1.jpg', at('loop2.jpg'))
  expect(await outcome(at('link.jpg'))).toBe('ok')
  expect(await outcome(at('dangling.jpg'))).toBe('no such file')
  expect(await outcome(at('loop1.jpg'))).toBe('a link that leads back to itself')
  expect(await outcome(at('x'.repeat(300)))).toBe('its path is too long')
})

test.skipIf(windows)('never waits for a FIFO, nor reads a socket or a device', async () => {
  execFileSync('mkfifo', [at('fifo.jpg')])
  const server = createServer()
  await new Promise<void>(resolve => server.listen(at('socket.jpg'), resolve))
  expect(await outcome(at('fifo.jpg'))).toBe('not a regular file')
  expect(await outcome(at('socket.jpg'))).toBe('not a regular file')
  expect(await outcome('/dev/zero')).toBe('not a regular file')
  await new Promise(resolve => server.close(resolve))
})

test.skipIf(windows || root)('names a file that may not be read', async () => {
  await writeFile(at('secret.jpg'), 'x')
  await chmod(at('secret.jpg'), 0)
  expect(await outcome(at('secret.jpg'))).toBe('no permission to read it')
})

test('does not read what is far too large', async () => {
  await writeFile(at('huge.jpg'), '')
  await truncate(at('huge.jpg'), 5_000_000_000) // sparse
  expect(await outcome(at('huge.jpg'))).toBe('5000 MB, the limit is 256 MB (--max-file-mb)')
})

test('gives up a file that does not come in time', async () => {
  await writeFile(at('slow.jpg'), await noise().jpeg().toBuffer())
  await truncate(at('slow.jpg'), 250_000_000)
  const limits = { ...DEFAULT_LIMITS, timeoutMs: 10 }
  await expect(readPicture(at('slow.jpg'), limits)).rejects.toMatchObject({
    kind: 'timeout',
    reason: 'not read within 0.01 s',
  })
})

test('takes turns, and a task that fails gives its place back', async () => {
  const turns = new Turns(2)
  let running = 0
  let most = 0
  const task = async (i: number) => {
    most = Math.max(most, ++running)
    await new Promise(resolve => setTimeout(resolve, 1))
    running--
    if (i % 3 === 0) throw new Error('no')
    return i
  }
  const results = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => turns.run(() => task(i))))
  expect(most).toBe(2)
  expect(results.filter(result => result.status === 'fulfilled')).toHaveLength(8)
})

test('a stream without an end is read as far as a picture may be long', async () => {
  const endless = async function* () {
    for (;;) yield new Uint8Array(1_000_000)
  }
  await expect(readStream(endless(), { ...DEFAULT_LIMITS, maxFileBytes: 5_000_000 })).rejects.toMatchObject({
    kind: 'too-large',
  })
  await expect(readStream((async function* () {})(), DEFAULT_LIMITS)).rejects.toMatchObject({ kind: 'empty' })
})
