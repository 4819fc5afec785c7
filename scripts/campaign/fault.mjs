import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Compiles the library that ends a process, or fails a call, at a chosen change of a file; undefined where it can't be. */
export function buildFault(folder) {
  if (process.platform !== 'linux') return undefined
  const library = join(folder, 'fault.so')
  const source = fileURLToPath(new URL('fault.c', import.meta.url))
  try {
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'ignore' })
    return library
  } catch {
    return undefined
  }
}

/**
 * Runs a script to its end.
 *
 * @param fault `at` the so manieth change under `prefixes`: `kill`, or an errno as a number; or `log`, a file to number them in
 */
export function run([script, ...args], fault) {
  const env = { ...process.env, NO_COLOR: '1' }
  if (fault) {
    const { library, prefixes, at, does, log } = fault
    Object.assign(env, { LD_PRELOAD: library, FI_PREFIX: prefixes.join(':') })
    Object.assign(env, log ? { FI_LOG: log } : { FI_N: String(at), FI_DO: String(does) })
  }
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (text += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, text }))
  })
}

/** How many changes under its folders a command makes, when nothing fails. */
export async function countChanges(library, scenario) {
  const log = join(scenario.folder, '..', `${scenario.name.replaceAll(' ', '-')}.log`)
  rmSync(log, { force: true })
  await scenario.prepare()
  const ended = await run(scenario.command, { library, prefixes: scenario.prefixes, log })
  if (ended.code !== 0) throw new Error(`${scenario.name} fails by itself: ${ended.text}`)
  return readFileSync(log, 'utf8').trimEnd().split('\n').length
}

/**
 * Runs a command with one fault, looks at what is left, runs it again without and looks again.
 *
 * @returns whether the fault came about, and in words what is wrong
 */
export async function tryFault(library, scenario, at, does) {
  await scenario.prepare()
  const ended = await run(scenario.command, { library, prefixes: scenario.prefixes, at, does })
  const wrong = []
  const look = async (when, what) => {
    const found = await what().catch(error => [`${error.message}`])
    wrong.push(...found.map(each => `${scenario.name}, ${does} at ${at}, ${when}: ${each}`))
  }
  if (does === 'kill' ? ended.signal !== 'SIGKILL' && ended.code !== 0 : ended.signal)
    await look('end', async () => [`${ended.signal} ${ended.text}`])
  if (/should not have happened|\n {4}at /.test(ended.text)) await look('end', async () => [ended.text])
  await look('left', () => scenario.check())
  const again = await run(scenario.command)
  if (again.code !== 0 && !scenario.mayRefuse?.(again.text)) await look('again', async () => [again.text])
  await look('again', () => scenario.finished())
  return { came: does === 'kill' ? ended.signal === 'SIGKILL' : true, wrong }
}
