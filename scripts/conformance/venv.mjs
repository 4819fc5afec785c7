import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')

/** Where made things are kept between runs. */
export const CACHE = process.env.ITC_CACHE || join(homedir(), '.cache', 'itc')

/**
 * The Python of a virtual environment with TensorFlow; made once, and again when requirements.txt changes.
 * A run that was interrupted leaves no mark, so the next one starts over.
 */
export function pythonWithTensorFlow() {
  const folder = join(CACHE, 'conformance-venv')
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const mark = join(folder, 'requirements.sha256')
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python
  console.log(`Making a Python environment with TensorFlow in ${folder} (about 2 GB; several minutes) ...`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  execFileSync(process.env.PYTHON || 'python3', ['-m', 'venv', folder], { stdio: 'inherit' })
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS], { stdio: 'inherit' })
  writeFileSync(mark, wanted)
  return python
}
