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

it('a file where the folder of another would be keeps only that one from its place', async () => {
  const { root, tfFiles } = await tinyModel()
  const picture = await fs.readFile(join(tfFiles, 'data', 'red', '1.png'))
  const { origin } = await serve((_, response) => response.end(picture))
  const [list, results, sorted] = [join(root, 'list.txt'), join(root, 'results'), join(root, 'sorted')]
  await fs.outputFile(list, [`${origin}/a.png`, `${origin}/z.png`].join('\n'))
  expect(await run(['guess-all', tfFiles, list, results])).toMatchObject({ code: 0 })
  const labels = await fs.readdir(join(tfFiles, 'data'))
  for (const label of labels) await fs.outputFile(join(sorted, label), 'somebody’s')
  const { code, out } = await run(['results', results, '--copy-to', sorted, '--json'])
  const reason = 'a file is where its folder would be'
  expect({ code, out: JSON.parse(out) }).toMatchObject({
    code: 1,
    out: { placed: 0, failed: [{ reason }, { reason }] },
  })
  for (const label of labels) expect(await fs.readFile(join(sorted, label), 'utf8')).toBe('somebody’s')
})

it('a table goes into a file of this machine', async () => {
  const { root, tfFiles } = await tinyModel()
  await run(['guess-all', tfFiles, join(tfFiles, 'data'), join(root, 'results')])
  const { code, err } = await run(['results', join(root, 'results'), '--to', 's3://bucket/table.csv'])
  expect(code).toBe(1)
  expect(err).toMatch(/is an address, and a table is written into a file/)
})
