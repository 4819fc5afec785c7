import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { findBackbone } from '../../src/backbone/find.ts'
import { loadEngine } from '../../src/engine/load.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

it('onnxruntime tells its maker nothing: it keeps no number of this machine', async () => {
  const home = await tempFolder()
  for (const name of ['HOME', 'XDG_CACHE_HOME']) process.env[name] = home // of this test file's process alone
  for (const name of ['CI', 'TF_BUILD', 'GITHUB_ACTIONS']) delete process.env[name] // it tells nothing there anyway
  const engine = await loadEngine('onnx')
  const runner = await engine.loadBackbone(await findBackbone('mobilenet_v1'))
  await runner.run(new Uint8Array(224 * 224 * 3), 1)
  await runner.dispose()
  const left = await readdir(home, { recursive: true })
  expect(left.filter(name => /device|onnxruntime/i.test(name))).toEqual([])
})
