import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { unquotedHints } from '../../src/cli/hints.ts'
import { run } from '../helpers/runCli.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

describe('names with spaces that lack quotes', () => {
  const there =
    (...paths: string[]) =>
    (path: string) =>
      paths.includes(path)

  it('are found among the words of a command line', () => {
    const exists = there('tf', 'my photo.jpg', 'a b c.png')
    expect(unquotedHints(['tf', 'my', 'photo.jpg', 'x', 'a', 'b', 'c.png'], exists)).toEqual([
      "A name with spaces needs quotes: 'my photo.jpg'",
      "A name with spaces needs quotes: 'a b c.png'",
    ])
  })

  it('are none where each word is something, or nothing joined is', () => {
    expect(unquotedHints(['my', 'photo.jpg'], there('my', 'my photo.jpg'))).toEqual([])
    expect(unquotedHints(['my', 'photo.jpg'], there())).toEqual([])
    expect(unquotedHints(['--top', '3'], there('--top 3'))).toEqual([])
  })

  it.each([['train'], ['doctor']])('are told of where itc %s gets too many words', async command => {
    const root = await tempFolder()
    await fs.ensureDir(join(root, 'my birds'))
    const { code, err } = await run([command, ...join(root, 'my birds').split(' ')])
    expect(code).toBe(1)
    expect(err).toContain(`itc ${command} --help`)
    expect(err).toContain(`needs quotes: '${join(root, 'my birds')}'`)
  })
})

describe('itc completion', () => {
  /** The library prints by itself. */
  async function printed(argv: readonly string[]): Promise<string> {
    const lines: string[] = []
    const { log } = console
    console.log = (line: string) => void lines.push(line)
    try {
      const { out } = await run(argv)
      return [...lines, out].join('\n')
    } finally {
      console.log = log
    }
  }

  it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s that asks itc', async shell => {
    expect(await printed(['completion', shell])).toMatch(/\bitc['"]? complete/)
  })

  it('completes commands, options and their values, and leaves files to the shell', async () => {
    expect(await printed(['complete', '--', 'gues'])).toMatch(/^guess\t.*\nguess-dir\t/)
    expect(await printed(['complete', '--', 'guess', 'tf_files', '--js'])).toMatch(/^--jsonl\t.*\n--json\t/)
    expect(await printed(['complete', '--', 'guess-dir', '--into', ''])).toMatch(/^flat\t.*\nfolders\t/)
    expect(await printed(['complete', '--', 'train', ''])).toBe(':0')
  })

  it('refuses other shells', async () => {
    expect(await run(['completion', 'tcsh'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('bash, zsh, fish'),
    })
  })
})
