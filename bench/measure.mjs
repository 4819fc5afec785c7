// Runs whole processes and measures them: wall time by the clock, peak memory as the process itself reports it at exit.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPORTER = fileURLToPath(new URL('./peak.mjs', import.meta.url))

/** One run of `node ARGS…`: seconds by the clock and of all processors, and peak megabytes. Throws when it fails. */
export function runOnce(args, { cwd, env } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'itc-bench-'))
  const file = join(folder, 'peak')
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(process.execPath, ['--import', REPORTER, ...args], {
      cwd,
      env: { ...process.env, ITC_PEAK_FILE: file, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', chunk => {
      errors += chunk
    })
    child.on('exit', code => {
      const seconds = (performance.now() - start) / 1000
      if (code !== 0) return reject(new Error(`${args.join(' ')} ended with ${code}: ${errors}`))
      const [kibibytes, processor] = readFileSync(file, 'utf8').split(' ').map(Number)
      rmSync(folder, { recursive: true })
      resolve({ seconds, processor, megabytes: kibibytes / 1024 })
    })
  })
}

/** Minimum, median and maximum. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)], max: sorted.at(-1) }
}

/** The machine in one line. */
export function machine() {
  const [first] = cpus()
  return `${cpus().length} × ${first.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}, Node ${process.versions.node}`
}

export function table(header, rows) {
  return [header, header.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
