import { execFileSync } from 'node:child_process'
import { chmod, mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { outputFile } from 'fs-extra/esm'
import { beforeEach, describe, expect, test } from 'vitest'
import { scanDataset } from '../../src/dataset/scan.ts'
import { UserError } from '../../src/errors.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const windows = process.platform === 'win32'
const root = process.getuid?.() === 0

let home: string
let data: string
beforeEach(async () => {
  home = await tempFolder()
  data = join(home, 'data')
})

const put = async (...files: string[]) => {
  for (const file of files) await outputFile(join(data, file), 'x')
}
const relatives = (list: readonly { relative: string }[]) => list.map(({ relative }) => relative)
const failure = (folder = data): Promise<UserError> =>
  scanDataset(folder).then(
    () => expect.unreachable(),
    error => {
      expect(error).toBeInstanceOf(UserError)
      return error
    },
  )

test('lists pictures of nested category folders in the order of their names', async () => {
  await put('dog/b.jpg', 'dog/a/2.jpg', 'Cat 1/x.PNG', 'dog/a/1.jpg', 'dog/no ending', 'dog/x.jpg/deep/er/1.gif')
  await utimes(join(data, 'Cat 1/x.PNG'), 1_600_000_000, 1_600_000_000.5)
  const { categories, pictures, skipped } = await scanDataset(data)
  expect(categories).toEqual(['Cat 1', 'dog'])
  expect(relatives(pictures)).toEqual([
    'Cat 1/x.PNG',
    'dog/a/1.jpg',
    'dog/a/2.jpg',
    'dog/b.jpg',
    'dog/no ending',
    'dog/x.jpg/deep/er/1.gif',
  ])
  expect(pictures[0]).toEqual({
    label: 'Cat 1',
    path: join(data, 'Cat 1', 'x.PNG'),
    relative: 'Cat 1/x.PNG',
    size: 1,
    mtimeMs: 1_600_000_000_500,
  })
  expect(pictures.at(-1)!.label).toBe('dog')
  expect(skipped).toEqual([])
})

test('sorts by code point, not by locale or by UTF-16', async () => {
  const names = ['B', '_', 'a', 'é', 'ﬀ', '🦆']
  await put(...[...names].reverse().map(name => `${name}/1`))
  expect((await scanDataset(data)).categories).toEqual(names)
})

test.skipIf(windows || process.env.ITC_WINDOWS_LIKE)('takes names of any characters as they are', async () => {
  const names = [`quotes ' "`, '[1] (2) {*}', '  spaces  ', '-x', 'ü', 'u\u0308', 'back\\slash', 'n'.repeat(255)]
  await put(...names.flatMap(name => [`${name}/1.jpg`, `all/${name}`]), 'all/new\nline')
  const { categories, pictures } = await scanDataset(data)
  expect(new Set(categories)).toEqual(new Set(['all', ...names.filter(name => name !== 'u\u0308')])) // the same as ü
  expect(new Set(pictures.filter(({ label }) => label === 'all').map(({ relative }) => relative.slice(4)))).toEqual(
    new Set([...names, 'new\nline']),
  )
})

test('folders whose names look the same are one category, however their accents are stored', async () => {
  const [whole, parted] = ['Café'.normalize('NFC'), 'Café'.normalize('NFD')]
  await put(`${whole}/1.jpg`, `${parted}/2.jpg`, 'dog/3.jpg')
  const { categories, pictures } = await scanDataset(data)
  expect(categories).toEqual([whole, 'dog'])
  expect(pictures.map(({ label }) => label)).toEqual([whole, whole, 'dog'])
})

test('lists stray files, sidecars and empty files, and leaves hidden ones out without a word', async () => {
  await put('cat/1', 'dog/1', 'stray.jpg', 'cat/1.txt', 'cat/1.XMP', 'cat/1.json', 'cat/txt')
  await put('.git/x', 'cat/.DS_Store', 'dog/Thumbs.db', 'dog/.x/1.jpg', 'desktop.ini', '__MACOSX/cat/._1')
  await put('System Volume Information/x', 'FOUND.000/FILE0000.CHK', 'lost+found/1')
  await writeFile(join(data, 'dog/0.jpg'), '')
  const { categories, pictures, skipped } = await scanDataset(data)
  expect(categories).toEqual(['cat', 'dog'])
  expect(relatives(pictures)).toEqual(['cat/1', 'cat/txt', 'dog/1'])
  expect(skipped).toEqual([
    { relative: 'cat/1.XMP', reason: 'not a picture by its ending' },
    { relative: 'cat/1.json', reason: 'not a picture by its ending' },
    { relative: 'cat/1.txt', reason: 'not a picture by its ending' },
    { relative: 'dog/0.jpg', reason: 'an empty file' },
    { relative: 'stray.jpg', reason: 'not in a category folder' },
  ])
})

describe.skipIf(windows)('of odd files', () => {
  beforeEach(() => put('cat/1.jpg', 'dog/1.jpg'))

  test('reads links to files, and lists links to folders, to nothing and to themselves', async () => {
    await outputFile(join(home, 'elsewhere/x.jpg'), 'outside')
    await symlink('1.jpg', join(data, 'cat/inside.jpg'))
    await symlink(join(home, 'elsewhere/x.jpg'), join(data, 'cat/outside.jpg'))
    await symlink('nothing', join(data, 'cat/dangling.jpg'))
    await symlink('self.jpg', join(data, 'cat/self.jpg'))
    await symlink('..', join(data, 'cat/up'))
    await symlink(join(home, 'elsewhere'), join(data, 'dog/away.jpg'))
    await symlink(join(home, 'elsewhere'), join(data, 'linked category'))
    await symlink('/dev/zero', join(data, 'dog/zero.jpg'))
    const { categories, pictures, skipped } = await scanDataset(data)
    expect(categories).toEqual(['cat', 'dog'])
    expect(relatives(pictures)).toEqual(['cat/1.jpg', 'cat/inside.jpg', 'cat/outside.jpg', 'dog/1.jpg'])
    expect(pictures[2]!.size).toBe('outside'.length)
    expect(skipped).toEqual([
      { relative: 'cat/dangling.jpg', reason: 'a link that leads to nothing' },
      { relative: 'cat/self.jpg', reason: 'a link that leads back to itself' },
      { relative: 'cat/up', reason: 'a link to a folder, which is not followed: --follow-links follows it' },
      { relative: 'dog/away.jpg', reason: 'a link to a folder, which is not followed: --follow-links follows it' },
      { relative: 'dog/zero.jpg', reason: 'a link to a device' },
      { relative: 'linked category', reason: 'a link to a folder, which is not followed: --follow-links follows it' },
    ])
  })

  test('follows a link given as the data folder itself', async () => {
    await symlink('data', join(home, 'link'))
    expect((await scanDataset(join(home, 'link'))).categories).toEqual(['cat', 'dog'])
  })

  test('lists FIFOs and sockets, and opens none', async () => {
    execFileSync('mkfifo', [join(data, 'cat/fifo.jpg')])
    const server = createServer()
    await new Promise<void>(resolve => server.listen(join(data, 'cat/socket.jpg'), resolve))
    expect((await scanDataset(data)).skipped).toEqual([
      { relative: 'cat/fifo.jpg', reason: 'a FIFO' },
      { relative: 'cat/socket.jpg', reason: 'a socket' },
    ])
    await new Promise(resolve => server.close(resolve))
  })

  test.skipIf(process.platform === 'darwin')(
    'lists names that are not UTF-8, of files, folders and categories',
    async () => {
      const odd = (place: string) =>
        Buffer.concat([Buffer.from(`${join(data, place)}/`), Buffer.from('x\xff.jpg', 'latin1')])
      await writeFile(odd('cat'), 'x')
      await mkdir(odd('dog'))
      await mkdir(odd('.'))
      const { categories, pictures, skipped } = await scanDataset(data)
      expect(categories).toEqual(['cat', 'dog'])
      expect(relatives(pictures)).toEqual(['cat/1.jpg', 'dog/1.jpg'])
      const reason = 'its name is not valid UTF-8: rename it'
      expect(skipped).toEqual(
        ['cat/x\ufffd.jpg', 'dog/x\ufffd.jpg', 'x\ufffd.jpg'].map(relative => ({ relative, reason })),
      )
    },
  )

  test.skipIf(root)('lists a folder that may not be read, and stops at such a category', async () => {
    await put('cat/secret/1.jpg', 'owl/1.jpg')
    await chmod(join(data, 'cat/secret'), 0)
    expect((await scanDataset(data)).skipped).toEqual([
      { relative: 'cat/secret', reason: 'a folder that cannot be read (EACCES)' },
    ])
    await chmod(join(data, 'owl'), 0)
    expect(await failure()).toMatchObject({ code: 'E_UNREADABLE_FOLDER' })
    await chmod(join(data, 'owl'), 0o700)
    await chmod(join(data, 'cat/secret'), 0o700)
  })
})

describe('says what is wrong with the folder', () => {
  test('that is not there', async () => {
    await mkdir(data)
    const missing = await failure(join(data, 'tf_files', 'data'))
    expect(missing).toMatchObject({ code: 'E_NO_DATA', message: `There is no folder "${join(data, 'tf_files')}".` })
    const without = await failure(join(home, 'data', 'data'))
    expect(without.message).toBe(`There is no folder "data" in "${data}".`)
    expect(without.hint).toBe(
      `Put the pictures into one folder a category, for example ${data}/data/cat/1.jpg and ${data}/data/dog/2.jpg.`,
    )
  })

  test('that is a file, or lies in one', async () => {
    await put('cat')
    expect(await failure(join(data, 'cat'))).toMatchObject({
      code: 'E_NOT_A_FOLDER',
      message: expect.stringContaining('is a file'),
    })
    expect(await failure(join(data, 'cat', 'data'))).toMatchObject({
      code: 'E_NOT_A_FOLDER',
      message: `"${join(data, 'cat')}" is a file, not a folder.`,
      hint: 'Give a folder that has one folder a category in it.', // no paths below a file
    })
  })

  test('without categories, or with one', async () => {
    await put('1.jpg', '.hidden/1.jpg')
    expect(await failure()).toMatchObject({ code: 'E_NO_CATEGORIES' })
    await put('cat/1.jpg')
    expect(await failure()).toMatchObject({
      code: 'E_ONE_CATEGORY',
      message: expect.stringContaining('only one category, "cat"'),
    })
  })

  test.skipIf(windows)('whose other categories are links', async () => {
    await put('cat/1.jpg')
    await symlink(join(data, 'cat'), join(data, 'dog'))
    expect((await failure()).hint).toContain('Links to folders are not followed: "dog".')
  })

  test('with empty categories: they are left out and listed, unless too few remain', async () => {
    await put('cat/1.jpg', 'dog/.hidden', 'eel/readme.txt')
    expect(await failure()).toMatchObject({
      code: 'E_ONE_CATEGORY',
      message: expect.stringContaining('(no pictures in "dog" and "eel")'),
    })
    await put('owl/1.jpg')
    const { categories, skipped } = await scanDataset(data)
    expect(categories).toEqual(['cat', 'owl'])
    expect(relatives(skipped)).toEqual(['dog', 'eel', 'eel/readme.txt'])
  })

  test('with nothing but empty categories', async () => {
    await put('dog/.hidden', 'eel/readme.txt')
    expect(await failure()).toMatchObject({
      code: 'E_EMPTY_CATEGORY',
      message: 'No pictures in category "dog" and "eel".',
    })
  })
})

test('leaves out what systems and network storage leave in folders', async () => {
  const strewn = ['#recycle', '@Recycle', '#snapshot', '@eaDir', 'lost+found', 'System Volume Information']
  const more = ['$RECYCLE.BIN', 'RECYCLER', '.Trash-1000', '__MACOSX']
  await put('cat/1.jpg', 'recycler/1.jpg', ...[...strewn, ...more].flatMap(name => [`${name}/1.jpg`, `cat/${name}/1`]))
  const { categories, pictures, skipped } = await scanDataset(data)
  expect(categories).toEqual(['cat', 'recycler'])
  expect([relatives(pictures), skipped]).toEqual([['cat/1.jpg', 'recycler/1.jpg'], []])
})

test('lists many files in many folders', async () => {
  for (let c = 0; c < 50; c++) {
    await mkdir(join(data, `category ${c}`), { recursive: true })
    await Promise.all(Array.from({ length: 100 }, (_, i) => writeFile(join(data, `category ${c}`, `${i}.jpg`), 'x')))
  }
  expect((await scanDataset(data)).pictures).toHaveLength(5000)
})

test.skipIf(windows).each(['two\nlines', 'carriage\rreturn', 'separator\u2028line'])(
  'refuses the category %j',
  async name => {
    await put('cat/1.jpg', `${name}/1.jpg`)
    expect((await failure()).code).toBe('E_BAD_NAME')
  },
)

test.skipIf(windows)('refuses two categories that differ by a space at the end, which labels files lose', async () => {
  await put('cat/1.jpg', 'cat /1.jpg')
  expect((await failure()).message).toContain('"cat " in')
})
