import { execFileSync } from 'node:child_process'
import { chmod, readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { outputFile } from 'fs-extra/esm'
import { describe, expect, test } from 'vitest'
import { convertCommand } from '../../src/dataset/convert.ts'
import { groupRefusals, refusalText, shortCategories, shortText } from '../../src/dataset/refusals.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const HEIC = 'HEIC needs a decoder: npm install libheif-js, or convert it to JPEG'
const refused = (count: number, name: (at: number) => string, reason: string) =>
  Array.from({ length: count }, (_, at) => ({ relative: name(at), reason }))
const skipped = [
  ...refused(20, at => `rose/${at}.HEIC`, HEIC),
  ...refused(2, at => `tulip/${at}.heic`, HEIC),
  ...refused(3, at => `rose/${at}.jpg`, 'truncated JPEG'),
  { relative: 'rose/a.jpg', reason: '120,000,000 pixels, the limit is 100,000,000' },
  { relative: 'tulip/b.jpg', reason: '130,000,000 pixels, the limit is 100,000,000' },
  { relative: 'rose/raw/x.nef', reason: 'Camera raw is not supported: convert it to JPEG or PNG' },
  { relative: 'rose/raw/y.cr2', reason: 'Camera raw is not supported: convert it to JPEG or PNG' },
]

describe('files that can not be used', () => {
  test('are a line a reason, the most frequent first, with what converts them', () => {
    const groups = groupRefusals(skipped, 'tf/data', 'linux')
    expect(groups.map(({ files }) => files)).toEqual([22, 3, 2, 1, 1])
    expect(refusalText(groups[0]!)).toBe(`22 files, such as rose/0.HEIC: ${HEIC}`)
    expect(groups[0]).toMatchObject({
      command: `find tf/data -iname '*.heic' -exec sh -c 'convert "$1" "$1.jpg"' _ {} \\;`,
      needs: 'ImageMagick',
    })
    expect(groups[1]!.command).toBeUndefined()
    expect(groups[3]!.command).toContain(`find tf/data/rose/raw -iname '*.nef'`)
  })

  test('leave categories short, which is said', () => {
    const short = shortCategories(skipped, { rose: 12, tulip: 2, fern: 3 })
    expect(shortText(short, label => label)).toBe('short of pictures: rose (12 of 38 left) and tulip (2 of 5 left)')
    expect(shortCategories(skipped, { rose: 200, tulip: 10 })).toEqual([])
  })
})

describe('the command that converts a folder', () => {
  test('is that of the system', () => {
    expect(convertCommand('a b', 'heic', 'darwin')).toBe(
      `find 'a b' -iname '*.heic' -exec sh -c 'sips -s format jpeg "$1" --out "$1.jpg"' _ {} \\;`,
    )
    expect(convertCommand("C:\\it's", 'heic', 'win32')).toBe(
      `Get-ChildItem -LiteralPath 'C:\\it''s' -Recurse -Filter *.heic | ForEach-Object { magick $_.FullName ($_.FullName + '.jpg') }`,
    )
  })

  test.skipIf(process.platform === 'win32')('takes any name, and writes over nothing', async () => {
    const home = await tempFolder()
    const folder = join(home, "an odd 'folder'; x")
    const names = ['a b.HEIC', "it's.heic", '$(touch x).heic', '-n.heic', 'deep/"q".heic']
    for (const name of [...names, 'a b.jpg', 'other.png']) await outputFile(join(folder, name), name)
    // Any program that writes its second argument stands for ImageMagick: the command around it is what is tried.
    await outputFile(join(home, 'bin/convert'), '#!/bin/sh\ncp -- "$1" "$2"\n')
    await chmod(join(home, 'bin/convert'), 0o755)
    const env = { ...process.env, PATH: `${join(home, 'bin')}${delimiter}${process.env.PATH}` }
    execFileSync('sh', ['-c', convertCommand(folder, 'heic', 'linux')], { env, cwd: home })
    for (const name of names) expect(await readFile(join(folder, `${name}.jpg`), 'utf8')).toBe(name)
    expect(await readFile(join(folder, 'a b.jpg'), 'utf8')).toBe('a b.jpg')
    expect(await readdir(home)).toEqual(expect.not.arrayContaining(['x']))
  })
})
