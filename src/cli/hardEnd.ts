import { createRequire } from 'node:module'

/**
 * Ends the process with an exit code, now. `process.exit` waits for every native thread: for ever where one reads from a
 * disk that does not answer, and one that still computes aborts the process ("terminate called", 134). The system's own
 * call does not wait. A signal to itself would, but for exit codes of its own, and not in a container's first process.
 */
export function endHard(exitCode: number): never {
  try {
    exitBySystem(exitCode)
  } catch {
    // The library is optional: there may be none for this machine.
  }
  const signal = SIGNALS[exitCode] ?? 'SIGKILL'
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  process.exit(exitCode)
}

/** What a shell shows as such an exit code. */
const SIGNALS: Readonly<Record<number, NodeJS.Signals>> = { 129: 'SIGHUP', 130: 'SIGINT', 143: 'SIGTERM' }

/** How long work that nobody waits for any more may keep a process that is done, in milliseconds. */
const LINGER_MS = 600

/** Ends the process by force if it does not end by itself soon, once its output is written. */
export function endSoon(exitCode: number): void {
  const look = () => {
    if (process.stdout.writableLength + process.stderr.writableLength > 0) setTimeout(look, 50)
    else endHard(exitCode)
  }
  setTimeout(look, LINGER_MS).unref()
}

/** What is used of koffi: its native part alone, since koffi itself has an install script that npm warns of and none needs. */
interface Koffi {
  load(library: string | null): { func(declaration: string): (...values: number[]) => void }
}

function exitBySystem(exitCode: number): void {
  const koffi = createRequire(import.meta.url)(`@koromix/koffi-${process.platform}-${process.arch}`) as Koffi
  if (process.platform === 'win32') {
    const end = koffi.load('kernel32.dll').func('int __stdcall TerminateProcess(intptr_t process, uint32_t code)')
    end(-1, exitCode) // GetCurrentProcess() is -1
  } else {
    const library = process.platform === 'darwin' ? '/usr/lib/libSystem.B.dylib' : null
    koffi.load(library).func('void _exit(int code)')(exitCode)
  }
}
