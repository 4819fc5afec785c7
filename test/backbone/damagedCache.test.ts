import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { download } from '../../src/backbone/download.ts'
import { findBackbone } from '../../src/backbone/find.ts'
import { writeGraphDef } from '../../src/formats/graphdef/write.ts'
import { smallNetwork } from '../helpers/networks.ts'
import { sendFile, sendThenCut, serve, someFile } from '../helpers/server.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

// Any file of the cache may be cut short, empty, overwritten or of another program.
const DAMAGES = ['', '{"features": 12', 'null', '\0\0\0\0', '{"sha256": 1, "recipe": {}}']

test.each(DAMAGES)('a description that says %j is made again', async damage => {
  const cacheFolder = await tempFolder()
  const network = join(cacheFolder, 'network.pb')
  await writeFile(network, writeGraphDef(smallNetwork()))
  const first = await findBackbone(network, { cacheFolder, env: {} })
  const [name] = await readdir(join(cacheFolder, 'described'))
  const path = join(cacheFolder, 'described', name!)
  const whole = await readFile(path, 'utf8')
  await writeFile(path, damage)
  const { features, recipe } = await findBackbone(network, { cacheFolder, env: {} })
  expect({ features, recipe }).toEqual({ features: first.features, recipe: first.recipe })
  expect(await readFile(path, 'utf8')).toBe(whole)
})

test.each(DAMAGES)('a download whose record says %j is used, and noted again', async damage => {
  const file = someFile(1_000)
  const server = await serve((request, response) => sendFile(request, response, file))
  const options = { cacheFolder: await tempFolder(), env: {} }
  const { path, keep } = await download(`${server.origin}/net.tgz`, undefined, options)
  await keep()
  const whole = await readFile(`${path}.download.json`, 'utf8')
  await writeFile(`${path}.download.json`, damage)
  const again = await download(`${server.origin}/net.tgz`, undefined, options)
  expect(again).toMatchObject({ path, sha256: file.sha256 })
  await again.keep()
  expect(await readFile(`${path}.download.json`, 'utf8')).toBe(whole)
  expect(server.requests).toHaveLength(1)
})

test.each(DAMAGES)('a broken-off download whose notes say %j begins again', async damage => {
  const file = someFile(100_000)
  const server = await serve((request, response, turn) => {
    if (turn === 1) sendThenCut(request, response, file, 40_000)
    else sendFile(request, response, file)
  })
  const cacheFolder = await tempFolder()
  const options = { cacheFolder, env: {}, pauseMs: 1 }
  await download(`${server.origin}/net.tgz`, undefined, { ...options, attempts: 1 }).catch(() => undefined)
  const notes = (await readdir(cacheFolder, { recursive: true })).filter(name => name.endsWith('.part.json'))
  expect(notes).toHaveLength(1)
  await writeFile(join(cacheFolder, notes[0]!), damage)
  const { sha256 } = await download(`${server.origin}/net.tgz`, undefined, options)
  expect(sha256).toBe(file.sha256)
  expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined])
})
