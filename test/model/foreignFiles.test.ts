import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { layoutOf } from '../../src/model/layout.ts'
import { run } from '../helpers/runCli.ts'
import { sharedFolder, tempFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from '../helpers/tinyFolder.ts'

const folder = await sharedFolder()
let network = ''
beforeAll(async () => {
  network = await tinyNetwork(folder)
  await tinyPictures(join(folder, 'data'))
})

async function fresh() {
  const layout = layoutOf(await tempFolder())
  await fs.copy(join(folder, 'data'), layout.data)
  return layout
}

const train = (root: string, ...more: string[]) => run(['train', root, ...tinyTraining(network), ...more])

/** What somebody may have where a model goes; `model/weights.f32` is named as nothing of ours is. */
const THEIRS = {
  'retrained_graph.pb': 'a graph of retrain.py',
  'retrained_labels.txt': 'tulip\nrose\n',
  'report.html': '<!doctype html><title>My report</title>',
  'model/mynet.onnx': 'a network',
  'model/weights.f32': 'weights',
  'model/notes.tmp': 'notes',
  'model/head-0123456789ab.f32': 'not what its name says',
  'model/manifest.json': '{"name": "my app"}',
}

describe('only what is ours is replaced', () => {
  it('by train, which keeps the rest beside and says so', async () => {
    const { root } = await fresh()
    for (const [name, text] of Object.entries(THEIRS)) await fs.outputFile(join(root, name), text)
    const { code, err } = await run(['train', root, ...tinyTraining(network).filter(flag => flag !== '--no-report')])
    expect(code, err).toBe(0)
    for (const [name, text] of Object.entries(THEIRS)) {
      const replaced = /^(retrained|report|model\/manifest)/.test(name)
      expect(await fs.readFile(join(root, replaced ? `${name}.bak` : name), 'utf8'), name).toBe(text)
      if (replaced) expect(err).toMatch(new RegExp(`warning: .*kept as ${name.replace('model/', '')}\\.bak`))
    }
    // What is ours by now is replaced without a word, and what was kept stays.
    const again = await train(root, '--seed', '2')
    expect(again.err).not.toContain('.bak')
    expect((await readdir(root)).filter(name => name.endsWith('.bak'))).toHaveLength(3)
    expect(await fs.pathExists(join(root, 'report.html'))).toBe(false)
  })

  it('a file under a name of ours, a link that leads nowhere, and a table of the cache stay beside, too', async () => {
    const { root, model, graph, bottlenecks } = await fresh()
    expect((await train(root)).code).toBe(0)
    const ours = (await readdir(model)).filter(name => /\.(f32|onnx)$/.test(name))
    for (const name of ours) await fs.writeFile(join(model, name), 'of somebody')
    await fs.writeFile(join(bottlenecks, 'files.arrow'), 'of somebody')
    await fs.remove(graph)
    await fs.symlink('nowhere.pb', graph)
    const { code, err } = await train(root)
    expect(code, err).toBe(0)
    for (const name of ours) expect(await fs.readFile(join(model, `${name}.bak`), 'utf8'), name).toBe('of somebody')
    expect(await fs.readFile(join(bottlenecks, 'files.arrow.bak'), 'utf8')).toBe('of somebody')
    expect(await fs.readlink(`${graph}.bak`)).toBe('nowhere.pb')
    expect(err.match(/kept as/g)).toHaveLength(ours.length + 2)
    expect((await train(root)).err).not.toContain('kept as')
  })

  it('a page of somebody else is left where none of ours is wanted', async () => {
    const { root, report } = await fresh()
    await fs.outputFile(report, THEIRS['report.html'])
    expect((await train(root)).code).toBe(0)
    expect(await fs.readFile(report, 'utf8')).toBe(THEIRS['report.html'])
  })

  it('a graph of ours is known by its mark, without its manifest too', async () => {
    const { root, model, graph } = await fresh()
    await train(root)
    await fs.remove(model)
    await fs.writeFile(join(root, 'retrained_graph.pb.bak'), 'kept before')
    expect((await train(root, '--seed', '2')).err).not.toContain('kept as')
    await fs.writeFile(graph, 'another')
    expect((await train(root, '--seed', '3')).err).toContain('kept as retrained_graph.pb.2.bak')
    expect(await fs.readFile(join(root, 'retrained_graph.pb.bak'), 'utf8')).toBe('kept before')
  })
})
