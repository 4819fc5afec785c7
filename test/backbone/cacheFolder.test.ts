import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { cachedPath, defaultCacheFolder, mirrored } from '../../src/backbone/cacheFolder.ts'

test.each([
  ['linux', {}, '/home/ada/.cache/itc'],
  ['linux', { XDG_CACHE_HOME: '/var/cache/ada' }, '/var/cache/ada/itc'],
  ['linux', { XDG_CACHE_HOME: '/var/cache/ada', ITC_CACHE: '/data/itc' }, '/data/itc'],
  ['linux', { XDG_CACHE_HOME: '', ITC_CACHE: '' }, '/home/ada/.cache/itc'],
  ['darwin', {}, '/home/ada/Library/Caches/itc'],
  ['win32', { LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' }, 'C:\\Users\\ada\\AppData\\Local\\itc\\Cache'],
] as const)('the cache folder on %s with %j', (platform, env, folder) => {
  expect(defaultCacheFolder(env, platform, '/home/ada')).toBe(folder)
})

test.each([
  ['https://example.org/models/a/net.tgz', ['example.org', 'models', 'a', 'net.tgz']],
  ['https://example.org/../../%2e%2e/net.tgz', ['example.org', 'net.tgz']],
  ['https://example.org', ['example.org', 'index']],
])('%s has its place in the cache', (address, parts) => {
  expect(cachedPath('cache', address)).toBe(join('cache', ...parts))
})

test('what differs anywhere in its address has a place of its own, on a disk that ignores case too', () => {
  const folders = [
    ...['https://example.org', 'http://example.org', 'https://example.org:8080', 'https://ada@example.org'],
    ...['https://ada:1@example.org', 'https://bob:1@example.org', 'https://example.org/a', 'https://example.org/A'],
    ...['https://example.org//a', 'https://example.org/a%3Cb', 'https://example.org/a_b'],
    ...[`https://example.org/${'a'.repeat(130)}`, `https://example.org/b${'a'.repeat(130)}`],
  ]
  const files = ['net.tgz', 'net.tgz?v=a', 'net.tgz?v=b', 'net.tgz.part', 'net.tgz.download.json', 'n%3Ft', 'n_t']
  const paths = folders.flatMap(folder => files.map(file => cachedPath('cache', `${folder}/${file}`).toLowerCase()))
  expect(new Set(paths).size).toBe(paths.length)
  const beside = paths.filter(path =>
    paths.some(other => path === `${other}.part` || path === `${other}.download.json`),
  )
  expect(beside).toEqual([])
})

test('the files of one network lie side by side under their names', () => {
  const [model, shard] = ['model.json', 'group1-shard1of2.bin'].map(name => {
    return cachedPath('cache', `https://ada:1@example.org/Net/${name}?token=1`)
  })
  expect(dirname(shard!)).toBe(dirname(model!))
  expect(model).toMatch(/model\.json$/)
  expect(shard).toMatch(/group1-shard1of2\.bin$/)
  expect(model).not.toMatch(/ada|token/)
})

test('a mirror takes the place of the host', () => {
  const address = 'https://example.org/models/net.tgz?v=1'
  expect(mirrored(address, 'http://mirror.local/itc/')).toBe('http://mirror.local/itc/models/net.tgz?v=1')
  expect(mirrored(address, 'http://mirror.local')).toBe('http://mirror.local/models/net.tgz?v=1')
  expect(mirrored(address, undefined)).toBe(address)
})
