import { execFileSync } from 'node:child_process'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fs from 'fs-extra'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Ended, runItc } from '../helpers/itc.ts'
import { SAMPLE, SAMPLE_TEST } from '../helpers/pictures.ts'
import { openStudio, tinyPicture } from '../helpers/studioFixture.ts'

/** Small file systems of one's own need root on Linux; elsewhere these tests are shown as skipped. */
const root = process.platform === 'linux' && process.getuid?.() === 0 && canMount()

/** The sample, trained; the tests copy it. */
let trained = ''
beforeAll(async () => {
  if (!root) return
  trained = await fs.mkdtemp(join(tmpdir(), 'itc-trained-'))
  await fs.copy(SAMPLE, join(trained, 'data'))
  expect((await runItc(['train', trained, '--seed', '1', '--steps', '200', '--folds', '0'])).code).toBe(0)
})
afterAll(async () => {
  if (root) await fs.remove(trained)
})

describe.skipIf(!root)('a full disk', () => {
  it('while train works: a sentence, the old model whole, and a rerun after making room', async () => {
    const tfFiles = await trainedOn(80)
    const before = await guess(tfFiles)
    await fs.remove(join(tfFiles, 'bottlenecks'))
    for (const left of [0, 4, 16, 100, 300, 1000, 4000, 30_000]) {
      await fillUp(tfFiles, left)
      const ended = await runItc(['train', tfFiles, '--seed', '2', '--steps', '200', '--folds', '0'])
      if (ended.code !== 0) expectSentence(ended, /disk.* is full/i)
      if (left <= 300) expect(ended.code, `${left} KiB left`).toBe(1)
      const now = await guess(tfFiles)
      if (ended.code !== 0) expect(now, `${left} KiB left`).toBe(before)
      await fs.remove(join(tfFiles, 'ballast'))
      await fs.remove(join(tfFiles, 'bottlenecks'))
    }
    expect((await runItc(['train', tfFiles, '--seed', '2', '--steps', '200', '--folds', '0'])).code).toBe(0)
    expect(await guess(tfFiles)).not.toBe(before)
    expect((await readdir(join(tfFiles, 'model'))).filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  it('while the studio sorts: a sentence, nothing moved, and the same again after making room', async () => {
    const tfFiles = await mounted('size=4m')
    for (const path of ['data/a/1.png', 'data/b/2.png', 'unlabeled/3.png'])
      await fs.outputFile(join(tfFiles, path), await tinyPicture(path.length))
    const { studio, ask } = await openStudio(tfFiles)
    const [{ id } = { id: -1 }] = [...studio.collection.table.rows()].filter(({ place }) => place === '.unlabeled')
    const labelled = () =>
      ask('api/ops', { method: 'POST', body: JSON.stringify({ op: 'label', to: 'a', ids: [id], from: '.unlabeled' }) })
    await fillUp(tfFiles, 0)
    const refused = await labelled()
    expect([refused.status, await refused.json()]).toMatchObject([
      507,
      { message: 'The disk is full: nothing was changed.' },
    ])
    expect(await fs.pathExists(join(tfFiles, 'unlabeled/3.png'))).toBe(true)
    await fs.remove(join(tfFiles, 'ballast'))
    expect((await labelled()).status).toBe(200)
    expect(await fs.pathExists(join(tfFiles, 'data/a/3.png'))).toBe(true)
  })

  it('while guess-dir works: a sentence, no half-written picture, and a rerun goes on', async () => {
    const small = await mounted('size=4m')
    const destination = join(small, 'classified')
    for (const left of [0, 4, 60, 200]) {
      await fillUp(small, left)
      const ended = await runItc(['guess-dir', trained, SAMPLE_TEST, destination])
      if (left < 60) expect(ended.code, `${left} KiB left`).toBe(1)
      if (ended.code !== 0) expectSentence(ended, /disk.* is full/i)
      const originals = await contents(SAMPLE_TEST)
      for (const picture of await contents(destination)) expect(originals).toContain(picture)
      await fs.remove(join(small, 'ballast'))
    }
    expect((await runItc(['guess-dir', trained, SAMPLE_TEST, destination])).code).toBe(0)
    expect(await contents(destination)).toEqual(await contents(SAMPLE_TEST))
  })

  it('does not hinder guess', async () => {
    const tfFiles = await trainedOn(80)
    await fillUp(tfFiles, 0)
    await guess(tfFiles)
  })
})

describe.skipIf(!root)('a read-only disk', () => {
  it('train: a sentence; guess works', async () => {
    const tfFiles = await trainedOn(80)
    const before = await guess(tfFiles)
    execFileSync('mount', ['-o', 'remount,ro', tfFiles])
    expectSentence(await runItc(['train', tfFiles]), /read-only/)
    expect(await guess(tfFiles)).toBe(before)
  })

  it('guess-dir: a sentence', async () => {
    const small = await mounted('size=4m')
    execFileSync('mount', ['-o', 'remount,ro', small])
    expectSentence(await runItc(['guess-dir', trained, SAMPLE_TEST, join(small, 'classified')]), /read-only/)
  })

  it("a folder of somebody else's: a sentence, from train and from guess-dir", async () => {
    const folder = await fs.mkdtemp(join(tmpdir(), 'itc-others-'))
    onTestFinished(() => fs.remove(folder))
    await fs.chmod(folder, 0o755)
    await fs.copy(trained, folder)
    const nobody = { uid: 65_534, env: { HOME: tmpdir() } }
    expectSentence(await runItc(['train', folder, '--seed', '3'], nobody), /permission|permitted/i)
    const ended = await runItc(['guess-dir', folder, SAMPLE_TEST, join(folder, 'classified')], nobody)
    expectSentence(ended, /permission|permitted|written/i)
    await guess(folder)
  })
})

function expectSentence({ code, err }: Ended, sentence: RegExp): void {
  expect(err).toMatch(sentence)
  expect(err).toMatch(/^error: .*\.$/m)
  expect(err).not.toMatch(/\n\s+at |should not have happened/)
  expect(code).toBe(1)
}

function canMount(): boolean {
  const folder = fs.mkdtempSync(join(tmpdir(), 'itc-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    fs.removeSync(folder)
  }
}

/** A file system in memory, gone when the test ends. */
async function mounted(options: string): Promise<string> {
  const folder = await fs.mkdtemp(join(tmpdir(), 'itc-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder])
  onTestFinished(async () => {
    execFileSync('umount', [folder])
    await fs.remove(folder)
  })
  return folder
}

/** The sample, trained, on a disk of its own. */
async function trainedOn(megabytes: number): Promise<string> {
  const folder = await mounted(`size=${megabytes}m`)
  await fs.copy(trained, folder)
  return folder
}

/** Leaves about as many KiB on a disk. */
async function fillUp(folder: string, kibibytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  await fs.writeFile(join(folder, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - kibibytes * 1024)))
}

async function guess(tfFiles: string): Promise<string> {
  const [picture] = (await readdir(SAMPLE_TEST)).sort()
  const { code, out, err } = await runItc(['guess', tfFiles, join(SAMPLE_TEST, picture!)])
  expect(code, err).toBe(0)
  return out
}

/** The pictures in a folder, as text that can be compared. */
async function contents(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter(name => /\.jpe?g$/.test(name))
  return (await Promise.all(names.map(name => readFile(join(folder, name), 'base64')))).sort()
}
