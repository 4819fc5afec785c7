import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'

const VENV = new URL('../../scripts/conformance/venv.mjs', import.meta.url)

/** A Python with TensorFlow: `ITC_PYTHON`, else the environment that `npm run conformance` makes. */
function tried(): string | Error {
  if (process.env.ITC_PYTHON) return process.env.ITC_PYTHON
  const script = `import { pythonWithTensorFlow } from ${JSON.stringify(VENV.href)}; console.log('\\n' + pythonWithTensorFlow())`
  try {
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    return out.trim().split('\n').at(-1)!
  } catch (error) {
    return error as Error
  }
}

/**
 * A suite that runs where Python has TensorFlow, or can be given it. Elsewhere it is skipped with the reason in its title,
 * or fails when ITC_REQUIRE_TENSORFLOW=1 says that it has to run.
 */
export function describePython(
  title: string,
  suite: (run: (script: string, ...args: string[]) => object[]) => void,
): void {
  const python = tried()
  if (!(python instanceof Error)) {
    describe(title, () =>
      suite((script, ...args) => {
        const path = fileURLToPath(new URL(`../../scripts/conformance/${script}`, import.meta.url))
        const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
        const stdio = ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe']
        const out = execFileSync(python, [path, ...args], { encoding: 'utf8', env, stdio, maxBuffer: 1e8 })
        return out
          .trim()
          .split('\n')
          .map(line => JSON.parse(line) as object)
      }),
    )
  } else if (process.env.ITC_REQUIRE_TENSORFLOW === '1') {
    it(title, () => {
      throw python
    })
  } else it.skip(`${title}: ${python.message.split('\n')[0]}`)
}
