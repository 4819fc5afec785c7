import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../helpers/tempFolder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** The oldest that is promised, and the last that is written in JavaScript; the project itself has a newer one. */
const VERSIONS = ['5.3.3', '6.0.3']
/** Without the browser's library: a program for Node has none. */
const FLAGS = [
  '--noEmit',
  '--strict',
  '--skipLibCheck',
  'false',
  '--module',
  'nodenext',
  '--target',
  'es2022',
  '--types',
  'node',
]

const REST = `
import { type Evaluation, evaluateModel, guessDir, type Model, type TrainOptions, UserError } from 'itc'

export async function all(options: TrainOptions, named: Model): Promise<Evaluation> {
  try {
    await guessDir(named, 'source', 'destination', { onEvent: event => event.kind === 'named' && event.picture.score })
  } catch (error) {
    if (error instanceof UserError && error.code === 'E_NO_SOURCE') console.log(error.hint?.length, options.steps)
  }
  return (await evaluateModel('tf_files', 'holdout')).evaluation
}
`

describe('the types of the package', () => {
  it.each(VERSIONS)('compile with TypeScript %s, libraries checked', async version => {
    const folder = await tempFolder()
    await fs.writeJson(join(folder, 'package.json'), { private: true, type: 'module' })
    const packages = [`typescript@${version}`, '@types/node@20']
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], { cwd: folder })
    await fs.copy(join(ROOT, 'package.json'), join(folder, 'node_modules/itc/package.json'))
    await fs.copy(join(ROOT, 'dist'), join(folder, 'node_modules/itc/dist'), {
      filter: path => !path.endsWith('.js'),
    })
    const readme = await fs.readFile(join(ROOT, 'README.md'), 'utf8')
    const [, example = ''] = /## As a library[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme)!
    await fs.writeFile(join(folder, 'app.ts'), `${example}${REST}`)
    const compiler = join(folder, 'node_modules/typescript/bin/tsc')
    const { stdout } = await run(process.execPath, [compiler, ...FLAGS, '--lib', 'es2022', 'app.ts'], {
      cwd: folder,
    }).catch((error: { stdout: string }) => error)
    expect(stdout).toBe('')
  })
})
