import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { run } from '../helpers/runCli.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from '../helpers/tinyFolder.ts'

const home = await sharedFolder()
const [tfFiles, photos] = [join(home, 'tf'), join(home, 'photos')]
const RAW = fileURLToPath(new URL('../cases/raw-thumbnail/like.nef', import.meta.url))
const raw = Array.from({ length: 12 }, (_, at) => join(photos, 'card', `${at}.nef`))

beforeAll(async () => {
  await tinyPictures(join(tfFiles, 'data'))
  await run(['train', tfFiles, ...tinyTraining(await tinyNetwork(home))])
  await tinyPictures(photos)
  for (const path of raw) await fs.copy(RAW, path)
})

/** One line for all of them, with a count, and the command that converts their folder. */
const GROUPED = /12 files, such as \S*0\.nef: .*convert it to/
const COMMAND = `-iname '*.nef'`

describe('files that cannot be used are a line a reason with what converts them', () => {
  it.each<[command: string, rest: (run: number) => string[]]>([
    ['guess-dir', run => [photos, join(home, `named ${run}`)]],
    ['guess-all', run => [photos, join(home, `results ${run}`)]],
    ['next', () => [photos]],
    ['clusters', () => [photos]],
  ])('%s', async (command, rest) => {
    const { err } = await run([command, tfFiles, ...rest(1)])
    expect(err).toMatch(GROUPED)
    expect(err).toContain(`find ${join(photos, 'card')} ${COMMAND}`)
    expect(err.match(/\.nef/g)!.length).toBeLessThan(4)
    const json = JSON.parse((await run([command, tfFiles, ...rest(2), '--json'])).out)
    expect(json.refusals).toContainEqual(expect.objectContaining({ files: 12, command: expect.any(String) }))
  })

  it('guess, which tells the first ones one by one', async () => {
    const { code, err } = await run(['guess', tfFiles, ...raw, join(photos, 'red', '0.png')])
    expect(code).toBe(1)
    expect(err.match(/^error: /gm)).toHaveLength(3)
    expect(err).toMatch(GROUPED)
    expect(err).toContain(`find ${join(photos, 'card')} ${COMMAND}`)
    const few = await run(['guess', tfFiles, ...raw.slice(0, 2)])
    expect(few.err.match(/^error: /gm)).toHaveLength(2)
    expect(few.err).not.toMatch(/^2 files/m)
  })
})
