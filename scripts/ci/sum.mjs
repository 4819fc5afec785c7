// Adds up the counts in a folder: `*.json` as Vitest's JSON reporter writes them, `*.step` as `.ci/run` does
// ("passed failed"). Prints `N passed, N failed, N skipped`; exits 1 on any failure, or when nothing passed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
let passed = 0
let failed = 0
let skipped = 0
for (const name of readdirSync(folder)) {
  const text = readFileSync(join(folder, name), 'utf8')
  if (name.endsWith('.step')) {
    const [ok, bad] = text.trim().split(' ').map(Number)
    passed += ok
    failed += bad
  } else {
    const report = JSON.parse(text)
    passed += report.numPassedTests
    failed +=
      report.numFailedTests +
      report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0).length
    skipped += report.numPendingTests + (report.numTodoTests ?? 0)
  }
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
