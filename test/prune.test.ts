import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, test } from 'vitest'
import { prune } from '../scripts/prune.mjs'
import { tempFolder } from './helpers/tempFolder.ts'

test('of what npm installs, a clone keeps what it loads', async () => {
  const modules = await tempFolder()
  const kept = [
    'echarts/dist/echarts.esm.min.mjs',
    'echarts/lib/echarts.js',
    'onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node',
    'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
    'onnxruntime-web/dist/ort.node.min.js',
    'other/a.map',
  ]
  const others = [
    'echarts/dist/echarts.js',
    'onnxruntime-node/bin/napi-v6/linux/arm64/onnxruntime_binding.node',
    'onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime_binding.node',
    'onnxruntime-web/dist/ort-wasm-simd-threaded.jsep.wasm',
    'other/lib/a.js.map',
  ]
  for (const path of [...kept, ...others]) await fs.outputFile(join(modules, path), 'x')
  for (const _ of ['once', 'again']) {
    expect(prune(modules, { platform: 'linux', arch: 'x64' })).toEqual(['linux/arm64', 'win32/x64'])
  }
  for (const path of kept) expect(await fs.pathExists(join(modules, path)), path).toBe(true)
  for (const path of others) expect(await fs.pathExists(join(modules, path)), path).toBe(false)
})

test('where no native library is for this machine, none is taken away', async () => {
  const modules = await tempFolder()
  const path = join(modules, 'onnxruntime-node/bin/napi-v6/darwin/arm64/onnxruntime_binding.node')
  await fs.outputFile(path, 'x')
  expect(prune(modules, { platform: 'darwin', arch: 'x64' })).toEqual([])
  expect(await fs.pathExists(path)).toBe(true)
})
