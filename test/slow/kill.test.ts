import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { findBackbones } from '../../src/backbone/find.ts'
import { scanDataset } from '../../src/dataset/scan.ts'
import { bottleneckIdentity } from '../../src/features/identity.ts'
import { PartCache } from '../../src/features/partCache.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { layoutOf } from '../../src/model/layout.ts'
import { runItc } from '../helpers/itc.ts'
import { KILLS, killOften } from '../helpers/kills.ts'
import { SAMPLE, SAMPLE_TEST } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** Bottlenecks that a kill may cost: a transaction of the cache (64) and the batch in the engine (16). */
const LOST = 80

describe('kill -9', () => {
  it('of train leaves a model that guesses the same, and a cache that has all but the last batch', async () => {
    const tfFiles = join(await tempFolder(), 'tf_files')
    await fs.copy(SAMPLE, join(tfFiles, 'data'))
    const layout = layoutOf(tfFiles)
    await runItc(['train', tfFiles, '--seed', '2', '--steps', '500'])
    const next = await guesses(tfFiles)
    await runItc(['train', tfFiles, '--seed', '1', '--steps', '500'])
    const previous = await guesses(tfFiles)
    expect(next).not.toEqual(previous)
    const saved = join(tfFiles, 'saved')
    await fs.copy(layout.model, saved)

    await killOften({
      prepare: async () => {
        await fs.remove(layout.bottlenecks)
        await fs.remove(layout.model)
        await fs.copy(saved, layout.model)
      },
      script: fileURLToPath(new URL('../helpers/trainAloud.mjs', import.meta.url)),
      args: [tfFiles, '2'],
      afterKill: async ({ out }) => {
        const now = await guesses(tfFiles)
        if (now !== next) expect(now).toBe(previous)
        const told = Number(out.trim().split('\n').at(-1))
        const cached = await countCached(tfFiles)
        expect(cached, `of ${told}`).toBeGreaterThanOrEqual(told - LOST)
      },
      afterRerun: async ({ code, err }) => {
        expect(code, err).toBe(0)
        expect(await guesses(tfFiles)).toBe(next)
        const left = (await readdir(tfFiles, { recursive: true })).filter(name => /\.tmp$|\.lock\b.*\d/.test(name))
        expect(left).toEqual([])
      },
    })
  })

  it.each(['copies', 'moves'])('of guess-dir that %s leaves whole pictures only, and none is lost', async how => {
    const root = await tempFolder()
    const [tfFiles, pictures, source, destination] = ['tf_files', 'pictures', 'source', 'classified'].map(name =>
      join(root, name),
    ) as [string, string, string, string]
    await fs.copy(SAMPLE, join(tfFiles, 'data'))
    await fs.copy(SAMPLE, pictures)
    await fs.copy(SAMPLE_TEST, join(pictures, 'more'))
    await runItc(['train', tfFiles, '--folds', '0', '--steps', '500'])
    const all = await hashes(pictures)

    await killOften(
      {
        prepare: async () => {
          await fs.remove(destination)
          await fs.remove(source)
          await fs.copy(pictures, source)
        },
        args: ['guess-dir', tfFiles, source, destination, ...(how === 'moves' ? ['--move'] : [])],
        afterKill: async () => {
          const [there, here] = [await hashes(destination), await hashes(source)]
          for (const hash of there) expect(all).toContain(hash)
          expect(new Set([...there, ...here])).toEqual(new Set(all))
          if (how === 'copies') expect(here).toEqual(all)
        },
        afterRerun: async ({ code, err }) => {
          expect(code, err).toBe(0)
          expect(await hashes(destination)).toEqual(all)
          expect(await hashes(source)).toEqual(how === 'copies' ? all : [])
          const names = await readdir(destination)
          expect(names.filter(name => name.startsWith('.'))).toEqual([])
          const rows = (await readFile(join(destination, 'results.csv'), 'utf8')).trim().split('\n').slice(1)
          expect(rows.length).toBe(all.length)
        },
      },
      Math.ceil(KILLS / 2),
    )
  })

  it('of export leaves whole files only, and the model as it was', async () => {
    const root = await tempFolder()
    const [tfFiles, clean, destination] = ['tf_files', 'clean', 'exported'].map(name => join(root, name)) as [
      string,
      string,
      string,
    ]
    await fs.copy(SAMPLE, join(tfFiles, 'data'))
    await runItc(['train', tfFiles, '--folds', '0', '--steps', '500'])
    const before = await guesses(tfFiles)
    await runItc(['export', tfFiles, '--format', 'saved-model', '--to', clean])
    const whole = await hashes(clean)

    await killOften(
      {
        prepare: () => fs.remove(destination),
        args: ['export', tfFiles, '--format', 'saved-model', '--to', destination],
        afterKill: async () => {
          for (const hash of await hashesOfShown(destination)) expect(whole).toContain(hash)
          expect(await guesses(tfFiles)).toBe(before)
        },
        afterRerun: async ({ code, err }) => {
          expect(code, err).toBe(0)
          expect(await hashes(destination)).toEqual(whole)
          expect((await readdir(destination)).filter(name => name.startsWith('.'))).toEqual([])
        },
      },
      Math.ceil(KILLS / 3),
    )
  })
})

/** The same without what lies in hidden folders, where drafts are. */
async function hashesOfShown(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const shown = await Promise.all(
    names
      .filter(name => !name.startsWith('.'))
      .map(async name => {
        const path = join(folder, name)
        return (await fs.stat(path)).isDirectory() ? hashes(path) : [sha256(await readFile(path))]
      }),
  )
  return shown.flat().sort()
}

/** What the model of a folder makes of some test pictures, every score in it. */
async function guesses(tfFiles: string): Promise<string> {
  const model = await loadModel(tfFiles, { engine: 'onnx' })
  const pictures = (await readdir(SAMPLE_TEST))
    .sort()
    .map(name => join(SAMPLE_TEST, name))
    .slice(0, 6)
  const lines: string[] = []
  for await (const guess of model.guessAll(pictures)) {
    if ('error' in guess) throw guess.error
    lines.push(guess.scores.map(({ label, score }) => `${label} ${score.toFixed(4)}`).join(' '))
  }
  await model.dispose()
  return lines.join('\n')
}

/** How many pictures of a folder have a bottleneck in its cache. */
async function countCached(tfFiles: string): Promise<number> {
  const { data, bottlenecks } = layoutOf(tfFiles)
  const [backbone] = await findBackbones('mobilenet_v1')
  const identity = bottleneckIdentity(backbone!)
  const target = new Float32Array(backbone!.features)
  const store = await PartCache.open(bottlenecks)
  let cached = 0
  for (const { path } of (await scanDataset(data)).pictures) {
    if (await store.read(sha256(await readFile(path)), identity, target, 0, target.length)) cached++
  }
  await store.close()
  return cached
}

/** The contents of a folder's pictures, folders in it included: sorted hashes. Hidden files are nobody's pictures. */
async function hashes(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const pictures = entries.filter(entry => entry.isFile() && !/^\.|\.csv$/.test(entry.name))
  return (
    await Promise.all(pictures.map(async ({ parentPath, name }) => sha256(await readFile(join(parentPath, name)))))
  ).sort()
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
