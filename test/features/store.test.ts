import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import { bottleneckIdentity } from '../../src/features/identity.ts'
import { BottleneckStore } from '../../src/features/store.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const hash = 'ab'.repeat(32)

describe('the bottleneck cache', () => {
  it('keeps bottlenecks and file records over a reopening', async () => {
    const folder = join(await tempFolder(), 'bottlenecks')
    const store = await BottleneckStore.open(folder)
    await store.writeBottlenecks('net', [{ hash, bottleneck: Float32Array.of(1.5, -2, 3) }])
    await store.writeFiles([['cat/1.jpg', { size: 10, mtimeMs: 1.25, hash }]])
    await store.close()

    const again = await BottleneckStore.open(folder)
    const target = new Float32Array(5)
    expect(again.read(hash, 'net', target, 1, 3)).toBe(true)
    expect([...target]).toEqual([0, 1.5, -2, 3, 0])
    expect(again.file('cat/1.jpg')).toEqual({ size: 10, mtimeMs: 1.25, hash })
    expect(again.file('cat/2.jpg')).toBeUndefined()
    await again.close()
  })

  it('has nothing for another network, picture or length', async () => {
    const store = await BottleneckStore.open(join(await tempFolder(), 'bottlenecks'))
    await store.writeBottlenecks('net', [{ hash, bottleneck: Float32Array.of(1, 2) }])
    const target = new Float32Array(4)
    expect(store.read(hash, 'other', target, 0, 2)).toBe(false)
    expect(store.read('cd'.repeat(32), 'net', target, 0, 2)).toBe(false)
    expect(store.read(hash, 'net', target, 0, 3)).toBe(false)
    expect([...target]).toEqual([0, 0, 0, 0])
    await store.close()
  })

  it('that is no LMDB file, or was cut short, gets a sentence: LMDB itself would end the process', async () => {
    const folder = join(await tempFolder(), 'bottlenecks')
    const file = join(folder, 'data.mdb')
    const store = await BottleneckStore.open(folder)
    const hashes = Array.from({ length: 100 }, (_, at) => at.toString(16).padStart(64, '0'))
    const entries = hashes.map(each => ({ hash: each, bottleneck: new Float32Array(1000) }))
    await store.writeBottlenecks('net', entries)
    await store.close()
    await fs.truncate(file, (await fs.stat(file)).size / 2)
    await expect(BottleneckStore.open(folder)).rejects.toMatchObject({
      code: 'E_CACHE',
      message: expect.stringMatching(/cut short/),
      hint: expect.stringMatching(/may be deleted/),
    })
    await fs.truncate(file, 4096) // one meta page
    await expect(BottleneckStore.open(folder)).rejects.toThrow(/damaged/)
    await fs.writeFile(file, Buffer.alloc(8192, 'no such file '))
    await expect(BottleneckStore.open(folder)).rejects.toThrow(/damaged/)
    await fs.writeFile(file, '')
    await (await BottleneckStore.open(folder)).close()
  })

  it("takes paths longer than the database's keys", async () => {
    const store = await BottleneckStore.open(join(await tempFolder(), 'bottlenecks'))
    const long = `${'ü/'.repeat(1500)}a.jpg`
    await store.writeFiles([[long, { size: 1, mtimeMs: 2, hash }]])
    expect(store.file(long)?.hash).toBe(hash)
    await store.close()
  })

  it('says so when its folder is a file', async () => {
    const path = join(await tempFolder(), 'bottlenecks')
    await fs.writeFile(path, 'no folder')
    await expect(BottleneckStore.open(path)).rejects.toMatchObject({ code: 'E_CACHE' })
  })

  it('tells networks and recipes apart', () => {
    const backbone: Backbone = {
      name: 'net',
      sha256: 'aa',
      features: 4,
      recipe: { size: 224, resize: 'stretch', mean: [0, 0, 0], scale: [1, 1, 1] },
      loadNetwork: () => Promise.reject(new Error('not needed')),
    }
    const variants: Backbone[] = [
      backbone,
      { ...backbone, sha256: 'bb' },
      { ...backbone, recipe: { ...backbone.recipe, size: 256 } },
      { ...backbone, recipe: { ...backbone.recipe, resize: 'crop' } },
      { ...backbone, recipe: { ...backbone.recipe, mean: [0, 0, 1] } },
    ]
    expect(new Set(variants.map(bottleneckIdentity)).size).toBe(variants.length)
    expect(bottleneckIdentity({ ...backbone, name: 'renamed' })).toBe(bottleneckIdentity(backbone))
  })
})
