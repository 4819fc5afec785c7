import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { beforeEach, describe, expect, test } from 'vitest'
import { pythonWith } from '../helpers/pythonPackages.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const ITC = fileURLToPath(new URL('../../bin/itc.js', import.meta.url))
const execute = promisify(execFile)

/** Whether a shell is there, or has to be: CI installs zsh and fish by name. */
function has(shell: string): boolean {
  if (process.env.ITC_REQUIRE_SHELLS) return true
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let folder: string
let env: NodeJS.ProcessEnv

beforeEach(async () => {
  folder = await tempFolder()
  await fs.outputFile(join(folder, 'bin/itc'), `#!/bin/sh\nexec "${process.execPath}" "${ITC}" "$@"\n`, { mode: 0o755 })
  await fs.outputFile(join(folder, 'photo.jpg'), '')
  env = { ...process.env, HOME: folder, PATH: `${folder}/bin:${process.env.PATH}`, TERM: 'vt100' }
})

async function shell(name: string, script: string): Promise<string> {
  const { stdout } = await execute(name, ['-c', script], { cwd: folder, env, timeout: 120_000 })
  return stdout
}

describe.skipIf(!has('bash'))('bash, with what itc completion bash prints', () => {
  /** What Tab offers behind a command line. */
  const offered = (...words: string[]) =>
    shell(
      'bash',
      `eval "$(itc completion bash)"; COMP_WORDS=(itc ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
       COMP_LINE="itc ${words.join(' ')}"; COMP_POINT=\${#COMP_LINE}; __itc_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
    )

  test('completes commands, options and values', async () => {
    expect((await offered('gue')).trim().split('\n').sort()).toEqual(['guess', 'guess-all', 'guess-dir'])
    expect(await offered('guess', './tf_files', '--js')).toMatch(/--json\b/)
    expect((await offered('guess-dir', '--into', 'fo')).trim()).toBe('folders')
  }, 120_000)
})

describe.skipIf(!has('fish'))('fish, with what itc completion fish prints', () => {
  const offered = (line: string) => shell('fish', `itc completion fish | source; complete -C '${line}'`)

  test('completes commands, options, values and files', async () => {
    expect(await offered('itc gue')).toMatch(/^guess\t.*\nguess-all\t.*\nguess-dir\t/)
    expect(await offered('itc guess ./tf_files --js')).toMatch(/--json\b/)
    expect(await offered('itc guess-dir --into ')).toMatch(/\bfolders\b/)
    expect(await offered('itc guess ./tf_files pho')).toMatch(/^photo\.jpg/)
  }, 120_000)
})

describe.skipIf(!has('zsh'))('zsh, with what itc completion zsh prints at the end of .zshrc', () => {
  /** What is on the line once Tab was pressed in an interactive shell. */
  async function completed(keys: string, until: string): Promise<string> {
    await fs.outputFile(
      join(folder, 'press.zsh'),
      `zmodload zsh/zpty
zpty -b inner 'zsh -i'
read_until() {
  local all= piece
  for i in {1..400}; do
    if zpty -r -t inner piece; then all+=$piece; else sleep 0.1; fi
    [[ $all == *$1* ]] && break
  done
  print -r -- "$all"
}
zpty -w -n inner $'PS1="> "; echo REA""DY\\n'
read_until READY >/dev/null
zpty -w -n inner $'${keys}'
read_until '${until}'
zpty -d inner
`,
    )
    return shell('zsh', 'source ./press.zsh')
  }

  test('completes commands and values, in a shell that nobody set up', async () => {
    await fs.outputFile(join(folder, '.zshrc'), await shell('sh', 'itc completion zsh'))
    expect(await completed('itc guess-dir --into fol\\t', 'folders')).toContain('folders')
    expect(await completed('itc gue\\t\\t', 'guess-dir')).toContain('guess-all')
  }, 120_000)
})

/** Kinds and texts of what a parser of PowerShell does not understand in a script. */
const MISUNDERSTOOD = `
import sys, tree_sitter, tree_sitter_powershell
language = tree_sitter.Language(tree_sitter_powershell.language())
def wrong(node):
    found = [node] if node.is_error or node.is_missing else []
    return found + [each for child in node.children for each in wrong(child)]
for node in wrong(tree_sitter.Parser(language).parse(sys.stdin.buffer.read()).root_node):
    print(node.type, node.start_point, node.text[:80])
`

// PowerShell itself comes neither from Debian nor, with its own files inside, from npm or PyPI.
describe('PowerShell', () => {
  test('has a parser that understands what itc completion powershell prints', async ({ skip }) => {
    const packages = ['tree-sitter==0.25.2', 'tree-sitter-powershell==0.26.4']
    const found = await pythonWith(packages)
    if ('missing' in found) return skip(found.missing)
    const misunderstood = (script: string) =>
      execFileSync(found.python, ['-c', MISUNDERSTOOD], { input: script, encoding: 'utf8' })
    const script = await shell('sh', 'itc completion powershell')
    expect(script).toContain('Register-ArgumentCompleter')
    expect(misunderstood(script)).toBe('')
    expect(misunderstood(script.replace('{', ''))).not.toBe('')
  }, 600_000)
})
