import { join } from 'node:path'
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
  ['http://127.0.0.1:8080/net.tgz', ['127.0.0.1_8080', 'net.tgz']],
  ['https://example.org/../../%2e%2e/net.tgz', ['example.org', 'net.tgz']],
  ['https://example.org/a%2F..%2Fnet.tgz', ['example.org', 'a%2F..%2Fnet.tgz']],
  ['https://example.org', ['example.org', 'index']],
])('%s has its place in the cache', (address, parts) => {
  expect(cachedPath('cache', address)).toBe(join('cache', ...parts))
})

test('two queries of one path are two files', () => {
  const [one, two] = ['a', 'b'].map(query => cachedPath('cache', `https://example.org/net.tgz?v=${query}`))
  expect(one).not.toBe(two)
  expect(one).toMatch(/net\.tgz$/)
})

test('a mirror takes the place of the host', () => {
  const address = 'https://example.org/models/net.tgz?v=1'
  expect(mirrored(address, 'http://mirror.local/itc/')).toBe('http://mirror.local/itc/models/net.tgz?v=1')
  expect(mirrored(address, 'http://mirror.local')).toBe('http://mirror.local/models/net.tgz?v=1')
  expect(mirrored(address, undefined)).toBe(address)
})
