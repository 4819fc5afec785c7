import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import { printInstallation } from '../../src/cli/doctorReport.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { layoutOf } from '../../src/model/layout.ts'
import { VERSION } from '../../src/version.ts'
import { run } from '../helpers/runCli.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { warmSampleFolder } from '../helpers/warmCache.ts'

it('itc doctor tells of the installation alone', async () => {
  const { code, out, err } = await run(['doctor'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^ok {2}itc \d/)
  expect(out).toMatch(/^ok {2}engine onnx \d/m)
  expect(out).toMatch(/^ok {2}sharp \d.* with libvips \d/m)
})

it('itc doctor tf_files lists what is doubtful, a line each, and exits with 0', async () => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'bug'], 12)
  const { data } = layoutOf(tfFiles)
  const [first] = (await fs.readdir(join(data, 'bird'))).sort()
  await fs.copy(join(data, 'bird', first!), join(data, 'bug', 'odd\nname.jpg'))
  await fs.writeFile(join(data, 'bug', 'broken.jpg'), 'text')
  const { code, out } = await run(['doctor', tfFiles])
  expect(code).toBe(0)
  expect(out).toContain('25 pictures in 2 categories')
  expect(out).toContain(
    `the same file in several categories: 1\n  bird/${first} is the same file as bug/odd\\u000aname.jpg, in another category. Keep it`,
  )
  expect(out).toContain('skipped: 1\n  bug/broken.jpg is skipped: not a picture (looks like text). Mend')

  const [report, csv] = [join(tfFiles, 'doubtful.html'), join(tfFiles, 'doubtful.csv')]
  const json = JSON.parse((await run(['doctor', tfFiles, '--json', '--report', report, '--csv', csv])).out)
  expect([json.report, json.csv]).toEqual([report, csv])
  expect(await fs.readFile(report, 'utf8')).toContain(`<a href="#conflict">The same file in several categories (1)</a>`)
  expect(await fs.readFile(csv, 'utf8')).toContain(`,conflict,bird/${first},"is the same file as`)
  expect(json).toMatchObject({ installation: { itc: VERSION }, pictures: 25, categories: ['bird', 'bug'] })
  expect(json.findings.map(({ kind }: { kind: string }) => kind)).toEqual(
    expect.arrayContaining(['conflict', 'skipped']),
  )
})

it.each([
  ['--report', 'mine.html', 'it is not a report'],
  ['--csv', 'mine.csv', 'it is not a table of itc doctor'],
])('itc doctor %s replaces nothing but its own', async (option, name, why) => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'bug'], 4)
  const path = join(tfFiles, name)
  await run(['doctor', tfFiles, option, path])
  expect((await run(['doctor', tfFiles, option, path])).code).toBe(0)
  await fs.writeFile(path, 'mine')
  const { code, err } = await run(['doctor', tfFiles, option, path])
  expect([code, err]).toEqual([1, expect.stringContaining(why)])
  expect(await fs.readFile(path, 'utf8')).toBe('mine')
})

it('itc doctor on a folder that is not there tells of the installation first', async () => {
  const { code, out, err } = await run(['doctor', join(await tempFolder(), 'nowhere')])
  expect(code).toBe(1)
  expect(out).toContain('Node.js')
  expect(err).toMatch(/There is no folder/)
})

it('what is wrong comes with its remedy', () => {
  const lines: string[] = []
  const plain = (text: string) => text
  const terminal = { out: (line: string) => void lines.push(line), colors: { green: plain, yellow: plain } }
  const wrong = { problem: 'it is broken.', remedy: 'Mend it.' }
  printInstallation(
    {
      itc: '1.0.0',
      node: wrong,
      system: 'linux x64',
      engines: [{ name: 'tensorflow', loads: false, problem: 'not installed.', remedy: undefined }],
      decoder: wrong,
      store: { library: 'plain' },
      cache: { folder: 'cache' },
      disks: [{ folder: 'here', free: 2.5e9 }],
    },
    terminal as unknown as Terminal,
  )
  expect(lines).toEqual([
    'ok  itc 1.0.0, linux x64',
    '!   it is broken. Mend it.',
    '!   engine tensorflow does not load: not installed.',
    '!   it is broken. Mend it.',
    'ok  plain for bottlenecks',
    'ok  cache folder cache',
    'ok  2.5 GB free for here',
  ])
})
