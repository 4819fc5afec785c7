import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { makeFolder } from '../../src/disk/folder.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

describe('makeFolder', () => {
  it('makes what is missing on the way, and is content with what is there', async () => {
    const folder = join(await tempFolder(), 'a/b/c')
    await makeFolder(folder)
    await makeFolder(folder)
    expect((await fs.stat(folder)).isDirectory()).toBe(true)
  })

  it('makes nothing of a file, nor under one', async () => {
    const file = join(await tempFolder(), 'file')
    await fs.writeFile(file, 'text')
    await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeFolder(join(file, 'a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' })
    expect(await fs.readFile(file, 'utf8')).toBe('text')
  })

  it.runIf(fs.pathExistsSync('/proc/self'))('comes back where there can be no folder', async () => {
    await expect(makeFolder('/proc/itc/a')).rejects.toMatchObject({
      code: 'E_GONE',
      message: 'There is no folder "/proc/itc/a", and it can\'t be made.',
    })
  })
})
