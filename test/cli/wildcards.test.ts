import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expandWildcards } from '../../src/cli/wildcards.ts'
import { writeFiles } from '../helpers/guessDirFixture.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const FILES = ['b.JPG', 'a.jpg', 'c.png', 'set (1) [x]/1.jpg', 'set (1) [x]/10.jpg', 'set (2)/1.jpg', '.hidden.jpg']

async function inFolder(word: string, platform: NodeJS.Platform = 'win32'): Promise<string[]> {
  const folder = await tempFolder()
  await writeFiles(folder, Object.fromEntries(FILES.map(name => [name, 'x'])))
  const words = await expandWildcards([join(folder, word)], platform)
  return words.map(each => each.slice(folder.length + 1))
}

test.each([
  ['*.jpg', ['a.jpg', 'b.JPG']],
  ['?.png', ['c.png']],
  ['set (1) [x]/*.jpg', ['set (1) [x]/1.jpg', 'set (1) [x]/10.jpg']],
  ['set*/1.jpg', ['set (1) [x]/1.jpg', 'set (2)/1.jpg']],
  ['set*\\1.jpg', ['set (1) [x]/1.jpg', 'set (2)/1.jpg']],
  ['*.gif', ['*.gif']],
  ['c.png', ['c.png']],
])('cmd and PowerShell leave %s to us: %j', async (word, expected) => {
  expect(await inFolder(word)).toEqual(expected)
})

test('where shells expand, what is left is a name', async () => {
  expect(await inFolder('*.jpg', 'linux')).toEqual(['*.jpg'])
})

test('- is standard input', async () => {
  expect(await expandWildcards(['-', 'a.jpg'], 'win32')).toEqual(['-', 'a.jpg'])
})
