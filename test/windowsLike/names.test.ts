import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { listFolder } from '../../src/disk/walk.ts'
import { writeFolder } from '../../src/jobs/export/folder.ts'
import { guessDir } from '../../src/jobs/guess/guessDir.ts'
import { makeFolders, textModel, writeFiles } from '../helpers/guessDirFixture.ts'
import { sharedFolder, tempFolder } from '../helpers/tempFolder.ts'

/** Whether this disk takes names of another case for the same: Windows, macOS, or the layer. */
let folds = false
const shared = await sharedFolder()
beforeAll(async () => {
  const folder = join(shared, 'Aa')
  await mkdir(folder)
  folds = existsSync(folder.replace('Aa', 'aA'))
})

describe('where case does not tell names apart', () => {
  test('an export does not go over the user’s own readme.md', async ({ skip }) => {
    if (!folds) skip('this disk tells them apart')
    const folder = await tempFolder()
    await writeFile(join(folder, 'readme.md'), 'mine')
    const writing = writeFolder(folder, new Map([['README.md', 'ours']]))
    await expect(writing).rejects.toMatchObject({ code: 'E_EXISTS', message: expect.stringContaining('"readme.md"') })
    expect(await readFile(join(folder, 'readme.md'), 'utf8')).toBe('mine')
    expect(await readdir(folder)).toEqual(['readme.md'])
  })

  test('a destination inside the source is seen, however it is typed', async ({ skip }) => {
    if (!folds) skip('this disk tells them apart')
    const { root, source } = await makeFolders({ 'a.jpg': 'cat 0.9' })
    const inside = guessDir(textModel, source, join(root, 'SOURCE', 'out'))
    await expect(inside).rejects.toMatchObject({ code: 'E_DESTINATION_INSIDE' })
  })
})

test('what OneDrive keeps elsewhere is a file or a folder, and a junction is a link', async () => {
  const folder = await tempFolder()
  await writeFiles(folder, { 'online-only.jpg': 'x', 'online-only/a.jpg': 'x' })
  await symlink(join(folder, 'online-only'), join(folder, 'junction'), 'junction')
  const types = (await listFolder(folder)).map(({ name, type }) => [String(Buffer.from(name)), type])
  expect(Object.fromEntries(types)).toEqual({ 'online-only.jpg': 'file', 'online-only': 'folder', junction: 'link' })
})
