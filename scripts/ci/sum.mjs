// Adds up the counts in a folder: `*.json` as Vitest's JSON reporter writes them, `*.step` as `.ci/run` does
// ("passed failed"; `*.log` is what the step printed). Prints the names of what failed, which may be far above in a long log, then
// `N passed, N failed, N skipped`; exits 1 on any failure, or when nothing passed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
/** The last lines that a step printed, and all that Vitest says of errors outside tests. */
function endOf(name) {
  const lines = readFileSync(join(folder, name.replace(/step$/, 'log')), 'utf8').split('\n')
  const outside = lines.findIndex(line => line.includes('Unhandled Error'))
  const start = outside < 0 ? -40 : Math.min(outside, lines.length - 40)
  return lines.slice(start).slice(0, 200).join('\n')
}

/** The first lines of a failure. */
const first = text => (text ?? '').split('\n').slice(0, 6).join('\n')
let passed = 0
let failed = 0
let skipped = 0
for (const name of readdirSync(folder)) {
  const text = readFileSync(join(folder, name), 'utf8')
  if (name.endsWith('.step')) {
    const [ok, bad] = text.trim().split(' ').map(Number)
    passed += ok
    failed += bad
    if (bad > 0) console.log(`-- failed: step ${name.replace(/\.step$/, '')}, which ended with\n${endOf(name)}`)
  } else if (name.endsWith('.json')) {
    const report = JSON.parse(text)
    passed += report.numPassedTests
    failed +=
      report.numFailedTests +
      report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0).length
    for (const file of report.testResults) {
      const tests = file.assertionResults.filter(test => test.status === 'failed')
      for (const test of tests)
        console.log(`-- failed: ${file.name} > ${test.fullName}\n${first(test.failureMessages[0])}`)
      if (file.status === 'failed' && tests.length === 0) console.log(`-- failed: ${file.name}\n${first(file.message)}`)
    }
    skipped += report.numPendingTests + (report.numTodoTests ?? 0)
  }
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
