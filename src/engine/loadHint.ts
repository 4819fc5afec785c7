/** What helps where onnxruntime's native library does not load: each system lacks something else. */
export function loadHint(
  problem: string,
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): string {
  const more = '`itc doctor` says more.'
  if (platform === 'darwin' && arch === 'x64') {
    return 'It has no library for Intel Macs: run `npm rebuild @tensorflow/tfjs-node`, then give --engine tensorflow.'
  }
  if (platform === 'darwin' && /newer|built for|Symbol not found/.test(problem)) {
    return `It needs macOS 14 or newer; update the system, or give --engine tensorflow. ${more}`
  }
  if (platform === 'win32' && !/Cannot find module/.test(problem)) {
    const name = arch === 'arm64' ? 'vc_redist.arm64.exe' : 'vc_redist.x64.exe'
    return `Install the Visual C++ runtime, https://aka.ms/vs/17/release/${name}, and try again. ${more}`
  }
  const glibc = platform === 'linux' ? ' It needs glibc 2.28 or newer (not Alpine).' : ''
  return `Install again with \`npm ci\`; ${more}${glibc}`
}
