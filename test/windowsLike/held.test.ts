import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { guessDir } from '../../src/jobs/guess/guessDir.ts'
import { undoGuessDir } from '../../src/jobs/guess/undo.ts'
import { contents, makeFolders, textModel, writeFiles } from '../helpers/guessDirFixture.ts'

/** Whether files that are open can be neither renamed nor removed: Windows, or the layer. */
const holds = process.platform === 'win32' || process.env.ITC_WINDOWS_LIKE !== undefined

test.runIf(holds)(
  'moving with one picture open elsewhere costs that picture only, for as long as it is open',
  async () => {
    const { source, destination } = await makeFolders({ 'a.jpg': 'cat 0.9', 'b.jpg': 'dog 0.8', 'c.jpg': 'cat 0.7' })
    const viewer = await open(join(source, 'b.jpg'))
    onTestFinished(() => viewer.close())
    const first = await guessDir(textModel, source, destination, { move: true })
    expect(first).toMatchObject({
      named: 2,
      failed: [{ original: 'b.jpg', reason: expect.stringContaining('cannot be removed from the source') }],
    })
    expect(await contents(source)).toEqual({ 'b.jpg': 'dog 0.8' })
    await viewer.close()
    expect(await guessDir(textModel, source, destination, { move: true })).toMatchObject({ named: 1, failed: [] })
    expect(await readdir(source)).toEqual([])
  },
)

test('a second run into a destination, and an undo of a part, replace the table that they have read', async () => {
  const { source, destination } = await makeFolders({ 'a.jpg': 'cat 0.9', 'b.jpg': 'dog 0.8' })
  await guessDir(textModel, source, destination, { move: true })
  await writeFiles(source, { 'c.jpg': 'cat 0.7', 'a.jpg': 'somebody else’s' })
  expect(await guessDir(textModel, source, destination, { move: true })).toMatchObject({ named: 1 })
  expect(await undoGuessDir(source, destination)).toMatchObject({ restored: 2, failed: [{ original: 'a.jpg' }] })
})
