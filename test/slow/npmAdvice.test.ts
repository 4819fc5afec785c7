import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import { tempFolder } from '../helpers/tempFolder.ts'

const run = promisify(execFile)

it.each(['10.9.9', '11.6.2', '11.21.2'])(
  'the advice for tfjs-node makes npm %s run its install script',
  async version => {
    const place = await tempFolder()
    const own = join(place, 'node_modules', '@tensorflow', 'tfjs-node')
    await fs.outputJson(join(place, 'package.json'), {
      private: true,
      allowScripts: { '@tensorflow/tfjs-node': false },
    })
    const scripts = { install: "node -e \"fs.writeFileSync('ran', '')\"" }
    await fs.outputJson(join(own, 'package.json'), { name: '@tensorflow/tfjs-node', version: '4.22.0', scripts })
    const tools = await tempFolder()
    await fs.outputJson(join(tools, 'package.json'), { private: true })
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `npm@${version}`], { cwd: tools })
    const npm = join(tools, 'node_modules', 'npm', 'bin', 'npm-cli.js')
    await run(process.execPath, [npm, 'explore', '@tensorflow/tfjs-node', '--', 'npm run install'], { cwd: place })
    expect(await fs.pathExists(join(own, 'ran'))).toBe(true)
  },
)
