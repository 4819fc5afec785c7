import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')

/** Where made things are kept between runs. */
export const CACHE = process.env.ITC_CACHE || join(homedir(), '.cache', 'itc')

/** The Python of a virtual environment with TensorFlow. */
export function pythonWithTensorFlow() {
  return pythonWith('conformance-venv', REQUIREMENTS, 'with TensorFlow (about 2 GB; several minutes)')
}

/**
 * The Python of a virtual environment in the cache; made once, and again when its requirements change. A run that was
 * interrupted leaves no mark, so the next one starts over.
 */
export function pythonWith(name, requirements, what) {
  const folder = join(CACHE, name)
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const mark = join(folder, 'requirements.sha256')
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python
  console.log(`Making a Python environment in ${folder}, ${what} ...`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  execFileSync(process.env.PYTHON || 'python3', ['-m', 'venv', folder], { stdio: 'inherit' })
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { stdio: 'inherit' })
  writeFileSync(mark, wanted)
  return python
}
