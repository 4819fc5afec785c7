import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { PartCache } from '../../src/features/partCache.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'

const refused = vi.hoisted(() => ({ times: 0, code: '' }))

vi.mock('node:fs/promises', async original => {
  const fs = await original<typeof import('node:fs/promises')>()
  const open: typeof fs.open = async (path, flags, mode) => {
    if (String(path).endsWith('.arrow') && refused.times-- > 0) {
      throw Object.assign(new Error(refused.code), { code: refused.code, syscall: 'open' })
    }
    return fs.open(path, flags, mode)
  }
  return { ...fs, open }
})

const hash = 'ab'.repeat(32)
const folder = join(await sharedFolder(), 'bottlenecks')
const cache = await PartCache.open(folder)
await cache.writeBottlenecks('net', [{ hash, bottleneck: Float32Array.of(1, 2) }])
await cache.close()

/** Reads the row as a training does. */
async function read() {
  const target = new Float32Array(2)
  const cache = await PartCache.open(folder)
  const [isFound] = await cache.readAll('net', [{ hash, offset: 0 }], target, 2)
  return { isFound, notes: cache.notes(), parts: (await readdir(join(folder, 'parts'))).length }
}

it.each(['EMFILE', 'ENFILE'])('a part is read as soon as other files are closed (%s)', async code => {
  Object.assign(refused, { times: 5, code })
  expect(await read()).toEqual({ isFound: true, notes: [], parts: 1 })
})

it.each(['EMFILE', 'EACCES', 'EBUSY', 'ENOMEM'])(
  'one that can’t be read for no fault of its own stays (%s)',
  async code => {
    Object.assign(refused, { times: Number.POSITIVE_INFINITY, code })
    expect(await read()).toMatchObject({ isFound: false, parts: 1 })
    refused.times = 0
    expect(await read()).toEqual({ isFound: true, notes: [], parts: 1 })
  },
)

it('one in a sector that can’t be read is set aside', async () => {
  Object.assign(refused, { times: Number.POSITIVE_INFINITY, code: 'EIO' })
  expect(await read()).toMatchObject({ isFound: false, parts: 0 })
})
