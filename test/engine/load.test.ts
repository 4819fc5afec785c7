import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { diagnoseEngines, type EngineChoice, loadEngine } from '../../src/engine/load.ts'
import { UserError } from '../../src/errors.ts'

const engine = (name: Engine['name']): Engine => ({
  name,
  version: '1.2.3',
  lanes: () => Promise.resolve(0),
  loadBackbone: () => Promise.reject(new Error('not in this test')),
  createTrainer: () => Promise.reject(new Error('not in this test')),
  createProducts: () => Promise.reject(new Error('not in this test')),
})
const loads = (name: Engine['name']) => async () => engine(name)
const fails = (reason: string, hint?: string) => async () => {
  throw new UserError('E_ENGINE', reason, hint === undefined ? {} : { hint })
}

describe('choosing an engine', () => {
  it('gives the one that is asked for', async () => {
    const makers = { onnx: loads('onnx'), wasm: loads('wasm'), tensorflow: loads('tensorflow') }
    expect((await loadEngine('tensorflow', makers)).name).toBe('tensorflow')
    expect((await loadEngine('onnx', makers)).name).toBe('onnx')
  })

  it('prefers onnx, and loads nothing else then', async () => {
    const makers = { onnx: loads('onnx'), wasm: fails('must not be tried'), tensorflow: fails('must not be tried') }
    expect((await loadEngine('auto', makers)).name).toBe('onnx')
  })

  it('falls back on wasm when onnx does not load', async () => {
    const makers = { onnx: fails('No onnx.'), wasm: loads('wasm'), tensorflow: fails('must not be tried') }
    expect((await loadEngine('auto', makers)).name).toBe('wasm')
  })

  it('falls back on tensorflow when neither does', async () => {
    const makers = { onnx: fails('No onnx.'), wasm: fails('No wasm.'), tensorflow: loads('tensorflow') }
    expect((await loadEngine('auto', makers)).name).toBe('tensorflow')
  })

  it('does not replace an engine that was asked for', async () => {
    const makers = { onnx: fails('No onnx.', 'Install it.'), wasm: loads('wasm'), tensorflow: loads('tensorflow') }
    await expect(loadEngine('onnx', makers)).rejects.toMatchObject({ message: 'No onnx.', hint: 'Install it.' })
  })

  it('tells every reason when none loads', async () => {
    const makers = {
      onnx: fails('No onnx.', 'Install it.'),
      wasm: fails('No wasm.'),
      tensorflow: fails('No tensorflow.'),
    }
    await expect(loadEngine('auto', makers)).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: 'No engine can be loaded. No onnx. No wasm. No tensorflow.',
      hint: 'Install it.',
    })
  })

  it('lets a mistake of ours through', async () => {
    const broken = () => Promise.reject(new TypeError('x is not a function'))
    const makers = { onnx: broken, wasm: loads('wasm'), tensorflow: loads('tensorflow') }
    await expect(loadEngine('auto', makers)).rejects.toThrow(TypeError)
  })

  it('refuses other names with those it knows', async () => {
    await expect(loadEngine('cuda' as EngineChoice)).rejects.toThrow(
      'Expected one of auto, onnx, wasm, tensorflow for engine but received "cuda".',
    )
  })
})

it('tells of every engine whether it loads, and what to do', async () => {
  const makers = { onnx: loads('onnx'), wasm: loads('wasm'), tensorflow: fails('No tensorflow.', 'Run this.') }
  expect(await diagnoseEngines(makers)).toEqual([
    { name: 'onnx', loads: true, version: '1.2.3' },
    { name: 'wasm', loads: true, version: '1.2.3' },
    { name: 'tensorflow', loads: false, problem: 'No tensorflow.', remedy: 'Run this.' },
  ])
})
