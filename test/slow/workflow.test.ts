import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../scripts/actionlint/run.mjs', import.meta.url))
const go = spawnSync('go', ['version']).status === 0

it.runIf(go)('the workflow is one that GitHub would run (actionlint; needs Go)', () => {
  expect(String(execFileSync('node', [SCRIPT]))).toBe('')
})
