import { installCommand, isClone } from './packageManager.ts'

/** What helps where a form of onnxruntime does not load: each system lacks something else. */
export function loadHint(
  problem: string,
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
  library = 'onnxruntime-node',
): string {
  const more = '`itc doctor` says more.'
  if (library === 'onnxruntime-node' && platform === 'darwin' && arch === 'x64') {
    return 'It has no library for Intel Macs: --engine wasm is the one there.'
  }
  if (isMissing(problem)) return `Install it: \`${missing(library)}\`; ${more}`
  if (platform === 'darwin' && /newer|built for|Symbol not found/.test(problem)) {
    return `It needs macOS 14 or newer; update the system, or give --engine wasm. ${more}`
  }
  if (platform === 'win32') {
    const name = arch === 'arm64' ? 'vc_redist.arm64.exe' : 'vc_redist.x64.exe'
    return `Install the Visual C++ runtime, https://aka.ms/vs/17/release/${name}, and try again. ${more}`
  }
  const glibc = platform === 'linux' ? ' It needs glibc 2.28 or newer (not Alpine).' : ''
  return `Install again with \`${missing(library)}\`, or give --engine wasm; ${more}${glibc}`
}

/** Whether it is the package that is not found, and not a file of its own: on an Intel Mac it is there without a library. */
export function isMissing(problem: string): boolean {
  return /Cannot find (module|package)/.test(problem) && !/\.node\b/.test(problem)
}

function missing(library: string): string {
  return isClone() ? 'npm ci' : installCommand(library)
}
