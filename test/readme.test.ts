import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import { run } from './helpers/runCli.ts'
import { tempFolder } from './helpers/tempFolder.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

// 4000 steps of everything, which takes a minute where twenty other programs compute.
it('README.md shows what the commands print', { timeout: 300_000 }, async () => {
  const readme = await fs.readFile(join(root, 'README.md'), 'utf8')
  const block = /```console\n([\s\S]*?)```/.exec(readme)![1]!
  const folder = await tempFolder()
  await fs.copy(join(root, 'tf_files/data'), join(folder, 'tf_files/data'))
  await fs.copy(join(root, 'test_data'), join(folder, 'test_data'))
  const before = process.cwd()
  process.chdir(folder)
  try {
    for (const session of block
      .trim()
      .split(/^\$ itc /m)
      .slice(1)) {
      const [command, ...shown] = session.trim().split('\n')
      const { code, all } = await run(command!.split(' '))
      expect(code, command).toBe(0)
      // A slow machine says how far it has come, and how long it will take.
      const printed = all.split('\n').filter(line => !/^([\w-]+: \d+ of \d+|this takes about )/.test(line))
      expectShown(shown, printed, command!)
    }
  } finally {
    process.chdir(before)
  }
})

it('README.md exports to folders that a clone does not have: nothing is overwritten', async () => {
  const readme = await fs.readFile(join(root, 'README.md'), 'utf8')
  const { files }: { files: string[] } = await fs.readJson(join(root, 'package.json'))
  const taken = [...readme.matchAll(/--to \.\/([\w-]+)/g)].map(([, name]) => name!)
  expect(taken.length).toBeGreaterThan(1)
  expect(taken.filter(name => files.some(file => file.split('/')[0] === name))).toEqual([])
})

/** Every line shown was printed, in that order, and nothing else except where the README says "…". */
function expectShown(shown: readonly string[], printed: readonly string[], command: string): void {
  let at = 0
  let elided = false
  for (const line of shown) {
    if (line === '…') {
      elided = true
      continue
    }
    if (elided) while (at < printed.length && !alike(line, printed[at]!)) at++
    expect(
      printed[at] !== undefined && alike(line, printed[at]!),
      `${command}: "${line}", printed "${printed[at]}"`,
    ).toBe(true)
    elided = false
    at++
  }
  if (!elided) expect(at, command).toBe(printed.length)
}

/** The same words, and numbers near enough: another processor rounds otherwise, and may turn a picture or two. */
function alike(shown: string, printed: string): boolean {
  const number = /\d+(?:\.\d+)?/g
  const words = (line: string) => line.replace(number, '#').replace('labels', 'label')
  if (words(shown) !== words(printed)) return false
  const values = (line: string) => (line.match(number) ?? []).map(Number)
  const slack = /%/.test(shown) ? 2 : 0.02
  return values(shown).every((value, index) => Math.abs(value - values(printed)[index]!) <= slack)
}

it('README.md has no line that PowerShell 5.1 does not take', async () => {
  const readme = await fs.readFile(join(root, 'README.md'), 'utf8')
  const lines = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'))
  const commands = lines.map(line => line.replace(/\s+#.*/, ''))
  expect(commands.length).toBeGreaterThan(10)
  // It has no && and no ||, a \\ continues nothing, < and ' mean something else, and its curl is not curl.
  expect(commands.filter(command => /&&|\|\||\\$|[<'$`]|^curl\s/.test(command))).toEqual([])
})

it('README.md leaves nothing to fill in, and tells of no script and no file that is not there', async () => {
  const readme = await fs.readFile(join(root, 'README.md'), 'utf8')
  const { scripts } = await fs.readJson(join(root, 'package.json'))
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!).join('')
  expect(blocks).not.toMatch(/\b[A-Z]{3,}_[A-Z]|<|\.\.\./)
  const [named, linked] = [/npm run ([\w:-]+)/g, /\]\((?!https?:)([^)#]+)/g].map(found =>
    [...readme.matchAll(found)].map(([, name]) => name!),
  ) as [string[], string[]]
  expect(named).toContain('demo')
  expect(named.filter(name => !(name in scripts))).toEqual([])
  expect(linked.filter(path => !fs.existsSync(join(root, path)))).toEqual([])
})

it('README.md reads well in an editor: no line of prose is wider than 140', async () => {
  const readme = await fs.readFile(join(root, 'README.md'), 'utf8')
  expect(readme.split('\n').filter(line => line.length > 140 && !/^(\||!\[)/.test(line))).toEqual([])
})
