import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import { run } from '../../helpers/runCli.ts'
import { serve } from '../../helpers/server.ts'
import { tinyModel } from '../../helpers/tinyModel.ts'

it('a name too long for a folder is listed, and the others are copied', async () => {
  const { root, tfFiles } = await tinyModel()
  const picture = await fs.readFile(join(tfFiles, 'data', 'red', '1.png'))
  const { origin } = await serve((_, response) => response.end(picture))
  const [list, results, sorted] = [join(root, 'list.txt'), join(root, 'results'), join(root, 'sorted')]
  const long = `${origin}/${'x'.repeat(300)}.png`
  await fs.outputFile(list, [`${origin}/a.png`, long, `${origin}/z.png`].join('\n'))
  expect(await run(['guess-all', tfFiles, list, results])).toMatchObject({ code: 0 })
  for (const [placed, before] of [
    [2, 0],
    [0, 2],
  ]) {
    const { code, out } = await run(['results', results, '--copy-to', sorted, '--json'])
    const failed = [{ key: long, reason: 'its path would be too long there' }]
    expect({ code, out: JSON.parse(out) }).toMatchObject({ code: 1, out: { placed, before, failed } })
  }
})
