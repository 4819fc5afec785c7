import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { cachedPath } from '../../src/backbone/cacheFolder.ts'
import { type DownloadOptions, type DownloadProgress, download } from '../../src/backbone/download.ts'
import { findBackbone } from '../../src/backbone/find.ts'
import { thisProcess } from '../../src/disk/holder.ts'
import { readJson } from '../../src/disk/json.ts'
import { UserError } from '../../src/errors.ts'
import { writeGraphDef } from '../../src/formats/graphdef/write.ts'
import { looseObject } from '../../src/schema.ts'
import { smallNetwork } from '../helpers/networks.ts'
import { sendFile, sendThenCut, serve, serveProxy, someFile } from '../helpers/server.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

async function settings(env: Record<string, string> = {}): Promise<DownloadOptions & { cacheFolder: string }> {
  const cacheFolder = await tempFolder()
  return { cacheFolder, env, stallMs: 30_000, pauseMs: 5, attempts: 3 }
}

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(UserError)
  return error as UserError
}

test('downloads once, notes size and checksum beside the file, and reports progress', async () => {
  const file = someFile(300_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const options = await settings()
  const seen: DownloadProgress[] = []
  const address = `${server.origin}/models/net.tgz`
  const got = await download(address, file.sha256, { ...options, onProgress: progress => seen.push(progress) })
  await expect(stat(`${got.path}.download.json`)).rejects.toThrow()
  await got.keep()
  expect(file.content.equals(await readFile(got.path))).toBe(true)
  expect(got.sha256).toBe(file.sha256)
  expect(seen[0]).toEqual({ address, received: 0, total: 300_000 })
  expect(seen.at(-1)).toEqual({ address, received: 300_000, total: 300_000 })
  const record: unknown = JSON.parse(await readFile(`${got.path}.download.json`, 'utf8'))
  expect(record).toEqual({ address, sha256: file.sha256, bytes: 300_000 })
  await download(address, file.sha256, options)
  expect(server.requests).toHaveLength(1)
  await expect(stat(`${got.path}.part`)).rejects.toThrow()
  await expect(stat(`${got.path}.lock`)).rejects.toThrow()
})

test('continues where the connection was cut', async () => {
  const file = someFile(200_000)
  const server = await serve((request, response, turn) => {
    if (turn <= 4) sendThenCut(request, response, file, 40_000)
    else sendFile(request, response, file)
  })
  const got = await download(`${server.origin}/net.tgz`, file.sha256, await settings())
  expect(file.content.equals(await readFile(got.path))).toBe(true)
  expect(server.requests.map(request => request.headers.range)).toEqual([
    undefined,
    'bytes=40000-',
    'bytes=80000-',
    'bytes=120000-',
    'bytes=160000-',
  ])
})

test('continues what an interrupted run left', async () => {
  const file = someFile(200_000)
  const server = await serve((request, response, turn) => {
    if (turn === 1) sendThenCut(request, response, file, 50_000)
    else sendFile(request, response, file)
  })
  const options = await settings()
  const address = `${server.origin}/net.tgz`
  await failure(download(address, file.sha256, { ...options, attempts: 1 }))
  const seen: number[] = []
  await download(address, file.sha256, { ...options, onProgress: ({ received }) => seen.push(received) })
  expect(seen[0]).toBe(50_000)
})

test('gives a silent server up after the stall time and asks again', async () => {
  const file = someFile(100_000)
  const server = await serve((request, response, turn) => {
    if (turn > 1) return sendFile(request, response, file)
    response.writeHead(200, { etag: file.etag, 'content-length': file.content.length })
    response.write(file.content.subarray(0, 10_000))
  })
  const got = await download(`${server.origin}/net.tgz`, file.sha256, { ...(await settings()), stallMs: 2_000 })
  expect(file.content.equals(await readFile(got.path))).toBe(true)
  expect(server.requests[1]?.headers.range).toBe('bytes=10000-')
})

test('a server that stays silent is named, with the place to put the file by hand', async () => {
  const server = await serve(() => {})
  const options = await settings()
  const address = `${server.origin}/models/net.tgz`
  const error = await failure(download(address, undefined, { ...options, stallMs: 1_000, attempts: 2 }))
  expect(error.code).toBe('E_DOWNLOAD')
  expect(error.message).toBe(`Could not download ${address}: nothing arrived for 1 s.`)
  expect(error.hint).toContain(cachedPath(options.cacheFolder, address))
})

test('begins again when the server ignores ranges', async () => {
  const file = someFile(100_000)
  const server = await serve((request, response, turn) => {
    delete request.headers['if-range']
    if (turn === 1) sendThenCut(request, response, file, 30_000)
    else sendFile(request, response, file)
  })
  const got = await download(`${server.origin}/net.tgz`, file.sha256, await settings())
  expect(file.content.equals(await readFile(got.path))).toBe(true)
})

test.each(['honours', 'ignores'])('begins again when the file changed midway and the server %s If-Range', async how => {
  const old = someFile(100_000)
  const file = someFile(100_000)
  const server = await serve((request, response, turn) => {
    if (turn === 1) return sendThenCut(request, response, old, 30_000)
    if (how === 'ignores' && request.headers.range) request.headers['if-range'] = file.etag
    sendFile(request, response, file)
  })
  const got = await download(`${server.origin}/net.tgz`, undefined, await settings())
  expect(file.content.equals(await readFile(got.path))).toBe(true)
})

test('a file longer than what is announced does not match its checksum', async () => {
  const file = someFile(5_000)
  const server = await serve((_, response) => {
    response.socket?.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n'), file.content]))
  })
  const error = await failure(download(`${server.origin}/net.tgz`, file.sha256, await settings()))
  expect(['E_CHECKSUM', 'E_DOWNLOAD']).toContain(error.code)
})

test('a file shorter than what is announced is refused', async () => {
  const file = someFile(5_000)
  const server = await serve((request, response) => {
    if (request.headers.range) {
      response.writeHead(416, { 'content-range': `bytes */${file.content.length}` }).end()
    } else {
      response.writeHead(200, { etag: file.etag, 'content-length': 9_000 })
      response.write(file.content, () => setTimeout(() => response.destroy(), 50))
    }
  })
  const options = await settings()
  const error = await failure(download(`${server.origin}/net.tgz`, undefined, options))
  expect(error.code).toBe('E_DOWNLOAD')
  await expect(stat(cachedPath(options.cacheFolder, `${server.origin}/net.tgz`))).rejects.toThrow()
})

test.each([
  ['by its type', { 'content-type': 'text/html; charset=utf-8' }, 'Please log in'],
  ['by its look', { 'content-type': 'application/gzip' }, '\n<!DOCTYPE html><html>'],
])('a web page instead of the file is refused %s', async (_, headers, page) => {
  const server = await serve((_request, response) => response.writeHead(200, headers).end(page))
  const error = await failure(download(`${server.origin}/net.tgz`, undefined, await settings()))
  expect(error.message).toMatch(/a web page came instead of the file; does this network ask for a login first\?$/)
  expect(server.requests).toHaveLength(1)
})

test('404 is final; 500 and 503 are not', async () => {
  const file = someFile(1_000)
  const missing = await serve((_, response) => response.writeHead(404).end())
  const error = await failure(download(`${missing.origin}/net.tgz`, undefined, await settings()))
  expect(error.message).toMatch(/the server answered with status 404\.$/)
  expect(missing.requests).toHaveLength(1)
  const troubled = await serve((request, response, turn) => {
    if (turn === 1) response.writeHead(500).end('oops')
    else if (turn === 2) response.writeHead(503, { 'retry-after': '0' }).end()
    else sendFile(request, response, file)
  })
  await download(`${troubled.origin}/net.tgz`, file.sha256, await settings())
  expect(troubled.requests).toHaveLength(3)
})

test('follows redirects, and stops when they go in circles', async () => {
  const file = someFile(1_000)
  const target = await serve((request, response) => sendFile(request, response, file))
  const server = await serve((_, response) => response.writeHead(302, { location: `${target.origin}/b.tgz` }).end())
  await download(`${server.origin}/net.tgz`, file.sha256, await settings())
  const circle = await serve((_, response) => response.writeHead(302, { location: '/net.tgz' }).end())
  const error = await failure(download(`${circle.origin}/net.tgz`, undefined, await settings()))
  expect(error.message).toMatch(/it redirects in circles\.$/)
})

test('a wrong checksum leaves nothing behind', async () => {
  const file = someFile(1_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const options = await settings()
  const wanted = someFile(1_000).sha256
  const error = await failure(download(`${server.origin}/net.tgz`, wanted, options))
  expect(error.code).toBe('E_CHECKSUM')
  expect(error.message).toContain(`sha256 ${file.sha256}, expected ${wanted}`)
  const path = cachedPath(options.cacheFolder, `${server.origin}/net.tgz`)
  for (const left of [path, `${path}.part`, `${path}.lock`]) await expect(stat(left)).rejects.toThrow()
})

test('without a known checksum the first download decides', async () => {
  let file = someFile(1_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const options = await settings()
  const address = `${server.origin}/net.tgz`
  const first = await download(address, undefined, options)
  expect(first.sha256).toBe(file.sha256)
  await first.keep()
  await rm(first.path)
  file = someFile(1_000)
  expect((await failure(download(address, undefined, options))).code).toBe('E_CHECKSUM')
})

test('a file that was damaged since is downloaded again', async () => {
  const file = someFile(1_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const options = await settings()
  const { path, keep } = await download(`${server.origin}/net.tgz`, undefined, options)
  await keep()
  await writeFile(path, 'damaged')
  await download(`${server.origin}/net.tgz`, undefined, options)
  expect(file.content.equals(await readFile(path))).toBe(true)
})

test('a file put there by hand is used without asking the server, and only if it is the right one', async () => {
  const file = someFile(1_000)
  const options = await settings()
  const address = 'http://example.invalid/models/net.tgz'
  const path = cachedPath(options.cacheFolder, address)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, file.content)
  expect(await download(address, file.sha256, options)).toMatchObject({ path, sha256: file.sha256 })
  await writeFile(path, 'something else')
  const error = await failure(download(address, file.sha256, options))
  expect(error.message).toMatch(/net\.tgz has the wrong checksum/)
  expect(await readFile(path, 'utf8')).toBe('something else')
})

test('offline, the message has the address and the place', async () => {
  const options = await settings()
  const address = 'http://127.0.0.1:9/models/net.tgz'
  const error = await failure(download(address, undefined, { ...options, attempts: 1 }))
  expect(error.message).toBe(`Could not download ${address}: the connection was refused.`)
  expect(error.hint).toContain(cachedPath(options.cacheFolder, address))
})

test('proxies are used, but not for the hosts that NO_PROXY names', async () => {
  const file = someFile(1_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const proxy = await serveProxy(server)
  const address = 'http://models.example.invalid/net.tgz'
  await download(address, file.sha256, await settings({ HTTP_PROXY: proxy.origin }))
  expect(proxy.asked).toEqual([`GET ${address}`])
  const direct = await settings({ HTTP_PROXY: proxy.origin, NO_PROXY: 'example.org,127.0.0.1' })
  await download(`${server.origin}/net.tgz`, file.sha256, direct)
  expect(proxy.asked).toHaveLength(1)
})

test('https goes through a tunnel of the proxy', async () => {
  const server = await serve((_, response) => response.end())
  const proxy = await serveProxy(server)
  const options = await settings({ HTTPS_PROXY: proxy.origin })
  // The tunnel leads to a server without TLS: how far it came is all that is asked here.
  await failure(download('https://models.example.invalid/net.tgz', undefined, { ...options, attempts: 1 }))
  expect(proxy.asked).toEqual(['CONNECT models.example.invalid:443'])
})

test('a mirror takes the place of the host', async () => {
  const file = someFile(1_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const options = await settings({ ITC_MIRROR: `${server.origin}/mirror/` })
  const got = await download('https://models.example.invalid/a/net.tgz', file.sha256, options)
  expect(server.requests[0]?.url).toBe('/mirror/a/net.tgz')
  expect(got.path).toBe(join(options.cacheFolder, 'models.example.invalid', 'a', 'net.tgz'))
})

test('of two that ask at once, one downloads', async () => {
  const file = someFile(500_000)
  const server = await serve((request, response) => setTimeout(() => sendFile(request, response, file), 300))
  const options = await settings()
  const both = [1, 2].map(() => download(`${server.origin}/net.tgz`, file.sha256, options))
  for (const got of await Promise.all(both)) expect(file.content.equals(await readFile(got.path))).toBe(true)
  expect(server.requests).toHaveLength(1)
})

test('the lock of a process that died is taken over', async () => {
  const file = someFile(1_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const options = await settings()
  const path = cachedPath(options.cacheFolder, `${server.origin}/net.tgz`)
  await mkdir(dirname(path), { recursive: true })
  const { started: _, ...here } = await thisProcess()
  await writeFile(`${path}.lock`, JSON.stringify({ ...here, pid: 2 ** 30 }))
  await download(`${server.origin}/net.tgz`, file.sha256, options)
})

test('aborted, it stops at once and keeps what it has', async () => {
  const file = someFile(100_000)
  const server = await serve((_, response) => {
    response.writeHead(200, { etag: file.etag, 'content-length': file.content.length })
    response.write(file.content.subarray(0, 10_000))
  })
  const options = await settings()
  const abort = new AbortController()
  const reason = new Error('stopped')
  const onProgress = ({ received }: DownloadProgress) => received > 0 && abort.abort(reason)
  const address = `${server.origin}/net.tgz`
  await expect(download(address, undefined, { ...options, onProgress, signal: abort.signal })).rejects.toBe(reason)
  const path = cachedPath(options.cacheFolder, address)
  expect((await stat(`${path}.part`)).size).toBe(10_000)
  await expect(stat(`${path}.lock`)).rejects.toThrow()
})

test('a cache folder that is a file gets a sentence', async () => {
  const { cacheFolder } = await settings()
  const file = join(cacheFolder, 'file')
  await writeFile(file, '')
  const error = await failure(download('http://127.0.0.1:9/net.tgz', undefined, { cacheFolder: file, env: {} }))
  expect(error.code).toBe('E_CACHE_FOLDER')
})

test('what was read and is no network is removed, what is one is noted', async () => {
  const graph = Buffer.from(writeGraphDef(smallNetwork()))
  let content = Buffer.from('no network at all')
  const server = await serve((_, response) => response.end(content))
  const { cacheFolder } = await settings()
  const address = `${server.origin}/net.pb`
  const error = await failure(findBackbone(address, { cacheFolder, env: {} }))
  expect(error.code).toBe('E_NOT_A_GRAPH')
  content = graph
  await findBackbone(address, { cacheFolder, env: {} })
  const path = cachedPath(cacheFolder, address)
  expect(await readJson(`${path}.download.json`, looseObject({}))).toMatchObject({ bytes: graph.length })
})

test.each([
  ['announced', 'content-length: 5000\r\n'],
  ['not announced', ''],
])('no more is taken than the cap allows: %s', async (_, header) => {
  const server = await serve((_request, response) => {
    response.socket?.end(`HTTP/1.1 200 OK\r\n${header}\r\n${'x'.repeat(5000)}`)
  })
  const options = { ...(await settings()), mostBytes: 4_000 }
  const error = await failure(download(`${server.origin}/net.tgz`, undefined, options))
  expect(error.message).toMatch(/: it is larger than 0 MB\.$/)
  expect(server.requests).toHaveLength(1)
  const part = await stat(`${cachedPath(options.cacheFolder, `${server.origin}/net.tgz`)}.part`).catch(() => undefined)
  expect(part).toBeUndefined()
})

test.each([
  ['a length below 0', 'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n', /does not match the HTTP/],
  [
    'two lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    /less arrived than was announced/,
  ],
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', /does not match the HTTP/],
  ['nothing', '', /the connection was cut/],
  ['half a heading', 'HTTP/1.1 200 OK\r\nContent-Le', /the connection was cut/],
  ['a chunk of no length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n', /does not match the HTTP/],
  ['a bad Location', 'HTTP/1.1 302 Found\r\nLocation: http://[bad\r\n\r\n', /redirects to what is no address/],
  ['a file as Location', 'HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n', /redirects to file: instead/],
  ['no Location', 'HTTP/1.1 302 Found\r\n\r\n', /redirects to no address/],
  ['a status that there is not', 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n', /status 999/],
])('a server that answers with %s gets a sentence', async (_, answer, problem) => {
  const server = await serve((_request, response) => response.socket?.end(answer))
  const error = await failure(download(`${server.origin}/net.tgz`, undefined, { ...(await settings()), attempts: 1 }))
  expect(error.code).toBe('E_DOWNLOAD')
  expect(error.message).toMatch(problem)
  expect(error.message.split('\n')).toHaveLength(1)
})

test.each(['ftp://proxy.invalid', 'nonsense'])('a proxy that is none, %s, gets a sentence', async proxy => {
  const error = await failure(
    download('https://example.invalid/net.tgz', undefined, await settings({ HTTPS_PROXY: proxy })),
  )
  expect(error.message).toBe('HTTPS_PROXY in the environment is no address of a proxy.')
})

test('user, password and token open the server and are seen nowhere', async () => {
  const file = someFile(1_000)
  const other = await serve((request, response) => sendFile(request, response, file))
  const server = await serve((request, response) => {
    if (request.headers.authorization === undefined) response.writeHead(401).end()
    else response.writeHead(302, { location: `${other.origin}/there.tgz` }).end()
  })
  const options = await settings()
  const { host } = new URL(server.origin)
  const address = `http://lovelace:s%C3%A9cret@${host}/net.tgz?token=hush#also`
  const seen: DownloadProgress[] = []
  const got = await download(address, undefined, { ...options, onProgress: progress => seen.push(progress) })
  await got.keep()
  expect(server.requests[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from('lovelace:s\u00e9cret').toString('base64')}`,
  )
  expect(other.requests[0]?.headers.authorization).toBeUndefined()
  await rm(got.path)
  file.content.fill(7)
  const error = await failure(download(address, undefined, options))
  const refused = await failure(download(address.replace('lovelace:s%C3%A9cret@', ''), undefined, options))
  const record = await readFile(`${got.path}.download.json`, 'utf8')
  const shown = JSON.stringify([got.path, seen, error.message, error.hint, refused.message, record])
  expect(shown).not.toMatch(/lovelace|cret|hush|also/)
  expect(refused.message).toBe(`Could not download ${server.origin}/net.tgz?…: the server answered with status 401.`)
})

test.runIf(process.platform !== 'win32')('in the cache folder no link is followed', async () => {
  const file = someFile(1_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const address = `${server.origin}/models/net.tgz`
  const victim = join(await tempFolder(), 'mine')
  await writeFile(victim, 'mine')
  for (const planted of ['', '.part']) {
    const options = await settings()
    const path = `${cachedPath(options.cacheFolder, address)}${planted}`
    await mkdir(dirname(path), { recursive: true })
    await symlink(victim, path)
    expect((await failure(download(address, undefined, options))).code).toBe('E_CACHE_FOLDER')
  }
  const options = await settings()
  await symlink(dirname(victim), join(options.cacheFolder, new URL(address).host.replace(':', '_')))
  expect((await failure(download(address, undefined, options))).message).toMatch(/is a link: in the cache folder none/)
  expect(await readFile(victim, 'utf8')).toBe('mine')
  expect(await readdir(dirname(victim))).toEqual(['mine'])
})
