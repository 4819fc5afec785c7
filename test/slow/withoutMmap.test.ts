import { execFileSync, spawnSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { layoutOf } from '../../src/model/layout.ts'
import { runItc } from '../helpers/itc.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from '../helpers/tinyFolder.ts'

const SOURCE = fileURLToPath(new URL('../cases/lmdb-without-mmap/fail.c', import.meta.url))

const root = await sharedFolder()
const library = build()

/** Undefined without gcc or Linux: then the test is shown as skipped. */
function build(): string | undefined {
  const path = join(root, 'fail.so')
  const args = ['-shared', '-fPIC', '-O1', '-w', '-o', path, SOURCE, '-ldl']
  const { status } = process.platform === 'linux' ? spawnSync('gcc', args) : { status: undefined }
  return status === 0 ? path : undefined
}

/** A disk under `bottlenecks/` that refuses shared mappings, locks and hard links, each with an errno. */
function disk(mapping: number, lock: number, link: number): Record<string, string> {
  return { LD_PRELOAD: library!, F_SUB: '/bottlenecks', F_MMAP: `${mapping}`, F_LOCK: `${lock}`, F_LINK: `${link}` }
}

it.skipIf(library === undefined)('the cache works on a disk without shared mappings, locks and links', async () => {
  const tfFiles = join(root, 'tf_files')
  const { data, bottlenecks } = layoutOf(tfFiles)
  await tinyPictures(data)
  const network = await tinyNetwork(root)
  const fuse = disk(19, 38, 95) // ENODEV, ENOSYS, EOPNOTSUPP, as FUSE with direct_io
  const trained = await runItc(['train', tfFiles, ...tinyTraining(network)], { env: fuse })
  expect([trained.code, trained.signal], trained.err).toEqual([0, null])
  const parts = await readdir(join(bottlenecks, 'parts'))
  expect(parts.length).toBeGreaterThan(0)

  const share = disk(22, 37, 1) // EINVAL, ENOLCK, EPERM, as network shares
  expect(() => execFileSync('flock', [bottlenecks, 'true'], { env: share, stdio: 'ignore' })).toThrow()
  const looked = await runItc(['doctor', tfFiles], { env: share })
  expect([looked.code, looked.signal, looked.err]).toEqual([0, null, ''])
  expect(looked.out).toMatch(/12 pictures in 2 categories/)
  expect(await readdir(bottlenecks)).not.toContain('damaged')
})
