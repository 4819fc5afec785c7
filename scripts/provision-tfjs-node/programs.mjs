import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A failure that a person can put right: printed as it is, without a stack trace. */
export class ProvisionError extends Error {}

/**
 * Runs a program to its end.
 *
 * @returns {Promise<{ code: number | null, output: string }>} exit code (null when killed or not found) and what it
 *   printed on both streams
 */
export function run(command, args, options = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', chunk => {
        output += chunk
      })
    }
    child.on('error', error => resolve({ code: null, output: error.message }))
    child.on('close', code => resolve({ code, output: output.trim() }))
  })
}

/** As `run`, but throws a ProvisionError with the end of the output when the program fails. */
export async function mustRun(command, args, options = {}) {
  const { code, output } = await run(command, args, options)
  if (code === 0) return output
  throw new ProvisionError(`${command} ${args[0]} failed (exit code ${code}):\n${lastLines(output)}`)
}

/** The last lines of a program's output, where the reason of a failure usually is. */
export function lastLines(output, count = 12) {
  return output
    .split('\n')
    .slice(-count)
    .map(line => `    ${line}`)
    .join('\n')
}

/** The first of some programs that is on PATH, or undefined. */
export function firstProgram(...names) {
  return names.find(name => (process.env.PATH ?? '').split(delimiter).some(folder => isExecutable(join(folder, name))))
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
