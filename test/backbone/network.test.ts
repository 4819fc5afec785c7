import { expect, test } from 'vitest'
import { BUNDLED_NAMES, catalogEntry } from '../../src/backbone/catalog.ts'
import { findBackbone } from '../../src/backbone/find.ts'

test.each(BUNDLED_NAMES)('%s is read once, and is as long as the catalog says', async name => {
  const backbone = await findBackbone(name)
  const [network, again] = await Promise.all([backbone.loadNetwork(), backbone.loadNetwork()])
  expect(again).toBe(network)
  expect(network).toMatchObject({ format: 'graph', input: 'input', bottleneck: catalogEntry(name)?.bottleneck })
})

test.each(BUNDLED_NAMES)('%s brought as a folder: its nodes and length are found by structure', async name => {
  const entry = catalogEntry(name)
  const backbone = await findBackbone(new URL(`../../models/${name}`, import.meta.url).pathname)
  const { sha256, features } = entry ?? {}
  expect(backbone).toMatchObject({ name, sha256, features })
  expect(await backbone.loadNetwork()).toMatchObject({ input: entry?.input, bottleneck: entry?.bottleneck })
})
