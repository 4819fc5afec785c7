import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'

/** The program in a page that was exported: its blocks of one language, those after a heading in words. */
export function program(page: string, language: 'js' | 'python', from = '', to = '\nInput '): string {
  const part = page.slice(page.indexOf(from), page.indexOf(to))
  const blocks = [...part.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))]
  return blocks.map(([, text]) => text).join('')
}

/** What a program of Node prints in the folder of what was exported, with the packages of this project. */
export async function printedByNode(folder: string, text: string): Promise<object> {
  await fs.ensureSymlink(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'))
  await fs.writeFile(join(folder, 'snippet.mjs'), text)
  return printed(process.execPath, folder, 'snippet.mjs')
}

export async function printedByPython(python: string, folder: string, text: string): Promise<object> {
  await fs.writeFile(join(folder, 'snippet.py'), text)
  return printed(python, folder, 'snippet.py')
}

function printed(command: string, cwd: string, file: string): object {
  const out = execFileSync(command, [file], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return JSON.parse(out.trim().split('\n').at(-1)!) as object
}
