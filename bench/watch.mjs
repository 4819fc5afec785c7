// Runs a command and watches it from outside: when its lines come, its memory and its open files.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const EVERY_MS = 25

/**
 * One run of `node ARGS…` on Linux.
 *
 * @param marks name → pattern: the seconds until the first line that matches are measured
 * @returns seconds in all and until each mark, the same in seconds of processor time (`cpu`: what others do to the machine
 *   changes it little), and the most at any time of: megabytes (`resident` all, `own` without the pages of
 *   mapped files, which the system takes back when it needs them), open files
 */
export async function watch(args, marks = {}, options = {}) {
  const start = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  const now = () => (performance.now() - start) / 1000
  const at = {}
  const cpu = {}
  let text = ''
  const listen = chunk => {
    text += chunk
    for (const [name, pattern] of Object.entries(marks)) {
      if (name in at || !pattern.test(text)) continue
      at[name] = now()
      cpu[name] = processorSeconds(child.pid)
    }
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  const most = { resident: 0, own: 0, files: 0 }
  const timer = setInterval(() => {
    sample(child.pid, most)
    cpu.end = processorSeconds(child.pid) ?? cpu.end
  }, EVERY_MS)
  const code = await new Promise(resolve => child.on('close', (code, signal) => resolve(code ?? signal)))
  clearInterval(timer)
  return { code, text, seconds: now(), at, cpu, most }
}

function sample(pid, most) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const megabytes = field => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024
    most.resident = Math.max(most.resident, megabytes('VmHWM'))
    most.own = Math.max(most.own, megabytes('RssAnon') + megabytes('RssShmem'))
    most.files = Math.max(most.files, readdirSync(`/proc/${pid}/fd`).length)
  } catch {
    // It ended just now.
  }
}

/** User and system time so far; undefined once the process is gone. */
function processorSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100 // proc(5): fields 14 and 15, in hundredths
  } catch {
    return undefined
  }
}
