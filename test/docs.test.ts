import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import fs from 'fs-extra'
import picocolors from 'picocolors'
import { describe, expect, it } from 'vitest'
import { apiReference } from '../scripts/api/reference.mjs'
import { createProgram } from '../src/cli/main.ts'
import { ERROR_CODES, exitCodeOf } from '../src/errors/codes.ts'

const SRC = fileURLToPath(new URL('../src', import.meta.url))
const program = createProgram({
  out: () => undefined,
  err: () => undefined,
  outIsTerminal: false,
  errIsTerminal: false,
  outWidth: undefined,
  errWidth: undefined,
  status: () => undefined,
  colors: picocolors.createColors(false),
  errColors: picocolors.createColors(false),
  info: () => undefined,
  interim: () => undefined,
  detail: () => undefined,
  signal: new AbortController().signal,
  stdin: (async function* () {})(),
  drained: async () => true,
})

const shown = program
  .createHelp()
  .visibleCommands(program)
  .filter(command => command.name() !== 'help')

describe('the documentation', () => {
  it('docs/cli.md is what --help prints (npx vitest run test/docs.test.ts -u writes it)', async () => {
    const sections = program.commands
      .filter(command => shown.includes(command))
      .map(command => `## itc ${command.name()}\n\n\`\`\`text\n${help(command)}\n\`\`\`\n`)
    const page = `# Commands\n\nMade from \`itc --help\`.\n\n\`\`\`text\n${help(program)}\n\`\`\`\n\n${sections.join('\n')}`
    await expect(page).toMatchFileSnapshot('../docs/cli.md')
  })

  it('docs/errors.md is the table of error codes (npx vitest run test/docs.test.ts -u writes it)', async () => {
    const codes = Object.keys(ERROR_CODES) as (keyof typeof ERROR_CODES)[]
    const rows = codes.map(code => {
      const { when, remedy } = ERROR_CODES[code]
      return `| \`${code}\` | ${when} | ${remedy} | ${exitCodeOf(code)} |`
    })
    const page = [
      '# Errors',
      '',
      'Made from `src/errors/codes.ts`. In a program, `error.code` of a `UserError`; on the command line, the exit code.',
      '',
      '| Code | When | What helps | Exit code |',
      '| --- | --- | --- | --- |',
      ...rows,
    ]
    await expect(`${page.join('\n')}\n`).toMatchFileSnapshot('../docs/errors.md')
  })

  it('docs/api.md is what the types say (npx vitest run test/docs.test.ts -u writes it)', async () => {
    await expect(apiReference()).toMatchFileSnapshot('../docs/api.md')
  })

  it('every error code in the table is used', async () => {
    const files = (await fs.readdir(SRC, { recursive: true, encoding: 'utf8' })).filter(path => path.endsWith('.ts'))
    const texts = await Promise.all(
      files.filter(path => !path.endsWith('codes.ts')).map(path => fs.readFile(`${SRC}/${path}`, 'utf8')),
    )
    const source = texts.join('')
    expect(Object.keys(ERROR_CODES).filter(code => !source.includes(`'${code}'`))).toEqual([])
  })

  it('--help fits into a terminal of 80 columns, and shows examples', () => {
    for (const command of [program, ...shown]) {
      const lines = help(command, 80).split('\n')
      expect(lines.filter(line => line.length > 80)).toEqual([])
      expect(lines.filter(line => line.startsWith('  itc ')).length, command.name()).toBeGreaterThan(1)
    }
  })

  it.each(['README.md', 'docs/cli.md', 'docs/scale.md'])('every itc command line in %s is one', async file => {
    const lines = (await fs.readFile(new URL(`../${file}`, import.meta.url), 'utf8'))
      .split('\n')
      .flatMap(line => /^(?:\$ |\s*)(?:npx )?itc ((?:[a-z][\w-]* ?).*)$/.exec(line)?.[1] ?? [])
    expect(lines.length).toBeGreaterThan(3)
    for (const line of lines) checkCommandLine(line)
  })

  it('every npm script in README.md is one', async () => {
    const { scripts } = await fs.readJson(new URL('../package.json', import.meta.url))
    const readme = await fs.readFile(new URL('../README.md', import.meta.url), 'utf8')
    for (const [, name] of readme.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(name)
  })
})

function help(command: Command, width = 110): string {
  let text = ''
  command.configureOutput({ writeOut: written => (text += written), getOutHelpWidth: () => width })
  command.outputHelp()
  return text.trim()
}

/** The subcommand exists, and so does each option. */
function checkCommandLine(line: string): void {
  const [name, ...words] = line
    .split(/\s+#|\s{3,}/)[0]!
    .trim()
    .split(/\s+/)
  const command = program.commands.find(each => each.name() === name || each.aliases().includes(name!))
  expect(command, `itc ${line}`).toBeDefined()
  for (const word of words.filter(each => each.startsWith('--'))) {
    const flags = command!.options.flatMap(option => [option.long, option.negate ? option.long : undefined])
    expect([...flags, '--help'], `itc ${line}`).toContain(word.split('=')[0])
  }
}
