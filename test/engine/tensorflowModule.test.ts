import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createTensorflowEngine } from '../../src/engine/tensorflow.ts'
import { loadTensorFlow, provisionedFolder } from '../../src/engine/tensorflowModule.ts'
import { UserError } from '../../src/errors.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { describeTensorflow } from '../helpers/tensorflowSuite.ts'

let folder: string
beforeEach(async () => {
  folder = await tempFolder()
})

describe('loading tfjs-node where it does not load', () => {
  it('tells that it is not installed', () => {
    const error = failure()
    expect(error.code).toBe('E_ENGINE')
    expect(error.message).toMatch(/^The tensorflow engine cannot be loaded: @tensorflow\/tfjs-node is not installed/)
    expect(error.hint).toMatch(/^Run `.*(provision-tfjs-node|npm (install|explore)).*`, or choose the onnx engine/)
  })

  it('tells that its addon is absent, without running any of it', () => {
    install('globalThis.tfjsNodeRan = true')
    expect(failure().message).toContain('is installed without its addon')
    expect(globalThis).not.toHaveProperty('tfjsNodeRan')
  })

  it('passes on why the addon does not load, and keeps the cause', () => {
    install('throw new Error("libtensorflow_cc.so.2: cannot open shared object file.\\nRequire stack: ...")')
    addon()
    const error = failure()
    expect(error.message).toBe(
      'The tensorflow engine cannot be loaded: libtensorflow_cc.so.2: cannot open shared object file.',
    )
    expect(error.cause).toBeInstanceOf(Error)
  })

  it.runIf(process.getuid)('runs nothing from a folder where others may write', () => {
    install('globalThis.tfjsNodeRan = true')
    addon()
    for (const open of [folder, join(folder, 'node_modules', '@tensorflow')]) {
      chmodSync(open, 0o777)
      expect(failure().message).toContain(`others may write to ${open}, so nothing in `)
      chmodSync(open, 0o755)
    }
    if (process.getuid!() === 0) {
      chownSync(folder, 1000, 1000)
      expect(failure().message).toContain(`others may write to ${folder}, so nothing in `)
    }
    expect(globalThis).not.toHaveProperty('tfjsNodeRan')
  })

  it('tries the next place', () => {
    const first = join(folder, 'first')
    install('throw new Error("broken")', first)
    addon(first)
    install('module.exports = { enableProdMode() {}, second: true }')
    addon()
    expect(loadTensorFlow([join(first, 'package.json'), join(folder, 'package.json')])).toHaveProperty('second', true)
  })
})

describe('loading tfjs-node', () => {
  it('prints nothing, whatever the package says', () => {
    install('console.warn("kernel registered twice"); module.exports = { enableProdMode() {} }')
    addon()
    const warn = vi.spyOn(console, 'warn')
    loadTensorFlow([join(folder, 'package.json')])
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('has TensorFlow keep its greetings to itself', () => {
    install('module.exports = { enableProdMode() {}, level: process.env.TF_CPP_MIN_LOG_LEVEL }')
    addon()
    expect(loadTensorFlow([join(folder, 'package.json')])).toHaveProperty('level', expect.stringMatching(/[23]/))
  })

  it('looks in the cache folder that provisioning fills', async () => {
    const places = new URL('../../scripts/provision-tfjs-node/places.mjs', import.meta.url).href
    const script = (await import(places)) as { provisionedFolder(): string }
    expect(provisionedFolder()).toBe(script.provisionedFolder())
  })
})

describeTensorflow('the tensorflow engine', () => {
  it('tells the versions of both tfjs-node and TensorFlow', async () => {
    const engine = await createTensorflowEngine()
    expect(engine.name).toBe('tensorflow')
    expect(engine.version).toMatch(/^4\.\d+\.\d+ \(TensorFlow 2\.\d+\.\d+\)$/)
  })
})

function failure(): UserError {
  try {
    loadTensorFlow([join(folder, 'package.json')])
  } catch (error) {
    if (error instanceof UserError) return error
  }
  throw new Error('Expected a UserError')
}

/** A package of tfjs-node's name with that code, where files in `place` find it. */
function install(code: string, place = folder): void {
  const installed = join(place, 'node_modules', '@tensorflow', 'tfjs-node')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs-node', main: 'index.js' }))
  writeFileSync(join(installed, 'index.js'), code)
}

function addon(place = folder): void {
  const lib = join(place, 'node_modules', '@tensorflow', 'tfjs-node', 'lib', 'napi-v8')
  mkdirSync(lib, { recursive: true })
  writeFileSync(join(lib, 'tfjs_binding.node'), '')
}
