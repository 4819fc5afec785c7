import { expect, test } from 'vitest'
import { commandOf } from '../../src/jobs/train/command.ts'
import { resolveTrainOptions } from '../../src/jobs/train/options.ts'
import { shownAddress, withoutSecrets } from '../../src/storage/address.ts'
import { redirected } from '../../src/storage/http.ts'

test.each([
  ['https://example.org/net.tgz', 'https://example.org/net.tgz'],
  ['https://ada:secret@example.org:8443/net.tgz?token=secret&v=1#secret', 'https://example.org:8443/net.tgz?…'],
  ['https://:secret@example.org', 'https://example.org/'],
  ['no address', 'no address'],
])('%s is shown as %s', (address, shown) => {
  expect(shownAddress(address)).toBe(shown)
})

test('addresses among other words lose their secrets too, and so does the command in the report', () => {
  const spec = 'mobilenet_v1+https://ada:secret@example.org/a.pb?key=secret+https://example.org/b.pb'
  expect(withoutSecrets(spec)).not.toMatch(/ada|secret/)
  expect(withoutSecrets(spec)).toMatch(/^mobilenet_v1\+https:\/\/example\.org\/a\.pb\?…/)
  const command = commandOf('tf', resolveTrainOptions({ backbone: 'https://ada:secret@example.org/a.pb?key=secret' }))
  expect(command).toContain("--backbone 'https://example.org/a.pb?…'")
})

test('nobody is sent from https to http, nor out of the web', () => {
  const from = new URL('https://example.org/a/net.tgz')
  expect(() => redirected(from, 'http://example.org/a/net.tgz')).toThrow(/^it redirects from https to http/)
  expect(() => redirected(from, 'file:///etc/passwd')).toThrow('it redirects to file: instead of https:')
  expect(() => redirected(from, 'http://[')).toThrow('it redirects to what is no address')
  expect(redirected(from, '../b.tgz').href).toBe('https://example.org/b.tgz')
  expect(redirected(new URL('http://example.org/'), 'https://example.org/').protocol).toBe('https:')
})
