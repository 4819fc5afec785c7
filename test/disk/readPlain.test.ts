import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { readPlain, readPlainText } from '../../src/disk/readPlain.ts'
import { PartCache } from '../../src/features/partCache.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { keepForeign } from '../../src/model/foreignFiles.ts'
import { layoutOf } from '../../src/model/layout.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { tinyModel } from '../helpers/tinyModel.ts'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))
const isWindows = process.platform === 'win32'

describe('readPlain', () => {
  it('reads files, and says what a folder is', async () => {
    const folder = await tempFolder()
    await fs.writeFile(join(folder, 'a'), 'äb')
    expect(await readPlainText(join(folder, 'a'))).toBe('äb')
    expect(await readPlain(join(folder, 'a'))).toEqual(Buffer.from('äb'))
    await expect(readPlain(folder)).rejects.toMatchObject({ code: 'EISDIR' })
    await expect(readPlain(join(folder, 'b'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('says what is too large, sparse as it may be', async () => {
    const path = join(await tempFolder(), 'large')
    await fs.writeFile(path, '')
    await fs.truncate(path, 2 ** 28 + 1)
    await expect(readPlainText(path)).rejects.toMatchObject({ code: 'EFBIG', path })
    await fs.truncate(path, 2 ** 31)
    await expect(readPlain(path)).rejects.toMatchObject({ code: 'EFBIG', path })
  })

  it.skipIf(isWindows)('waits for no pipe, and reads no device without end', async () => {
    const pipe = join(await tempFolder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/zero']) await expect(readPlain(path)).rejects.toMatchObject({ code: 'ENXIO' })
  })

  it('is how files of a folder are read that somebody else may have made', () => {
    const others = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && /(?<![.\w])readFile\(/.test(readFileSync(join(SRC, name), 'utf8')))
      .map(name => name.replaceAll('\\', '/'))
    // The system's own files, those of this package, and a program that is shown to whoever exports a model.
    const own = [
      'export/familiar.ts',
      'export/page.ts',
      'export/snippets.ts',
      'image/jpegDecoder.ts',
      'studio/server/page.ts',
    ]
    expect(others.sort()).toEqual(['disk/holder.ts', ...own])
  })
})

describe.skipIf(isWindows)('a pipe in the place of a file of a working folder', () => {
  it('holds nobody up, whichever file it is', async () => {
    const { tfFiles } = await tinyModel()
    const layout = layoutOf(tfFiles)
    const files = readdirSync(layout.model).map(name => join(layout.model, name))
    for (const file of files) {
      const whole = await fs.readFile(file)
      await fs.remove(file)
      execFileSync('mkfifo', [file])
      // A head that nothing but the next training reads may be missing.
      const ended = await loadModel(tfFiles).then(
        async model => {
          await model.dispose()
          return 'UserError'
        },
        error => error.name,
      )
      expect(ended).toBe('UserError')
      await fs.remove(file)
      await fs.writeFile(file, whole)
    }
    await loadModel(tfFiles).then(model => model.dispose())
  })

  it('is an empty cache, and is kept where a model goes', async () => {
    const { tfFiles } = await tinyModel()
    const [cache, layout] = [join(tfFiles, 'bottlenecks'), layoutOf(tfFiles)]
    for (const path of [join(cache, 'files.arrow'), layout.graph, layout.labels]) {
      await fs.ensureDir(join(path, '..'))
      await fs.remove(path)
      execFileSync('mkfifo', [path])
    }
    expect((await PartCache.open(cache)).file('green/0.png')).toBeUndefined()
    expect(await keepForeign(layout, ['green', 'red'], true)).toHaveLength(2)
  })
})
