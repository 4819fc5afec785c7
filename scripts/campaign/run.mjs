// Every crash point, and every call refused once, of what writes files: npm run campaign. Its figures are those of
// docs/reliability.md. `EVERY=10` tries every tenth, `ONLY='undo|export'` those commands.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildFault, countChanges, tryFault } from './fault.mjs'
import { scenariosIn } from './scenarios.mjs'

const every = Number(process.env.EVERY ?? 1)
const only = process.env.ONLY?.split('|')
/** ENOSPC, EIO, EACCES: a full disk, a broken one, one that may not be written. */
const ERRNOS = [28, 5, 13]

const root = mkdtempSync(join(tmpdir(), 'itc-campaign-'))
const library = buildFault(root)
if (library === undefined) throw new Error('a campaign needs gcc and Linux')
const { scenarios, end } = await scenariosIn(root)
const sums = { kills: 0, refusals: 0, wrong: 0 }
try {
  for (const scenario of scenarios.filter(({ name }) => only?.includes(name) ?? true)) {
    const changes = await countChanges(library, scenario)
    const counts = { kills: 0, refusals: 0 }
    const wrong = []
    for (let at = 1; at <= changes; at += every) {
      for (const does of ['kill', ERRNOS[at % ERRNOS.length]]) {
        const tried = await tryFault(library, scenario, at, does)
        if (tried.came) counts[does === 'kill' ? 'kills' : 'refusals']++
        wrong.push(...tried.wrong)
      }
    }
    console.log(`| ${scenario.name} | ${changes} | ${counts.kills} | ${counts.refusals} | ${wrong.length} |`)
    for (const each of wrong) console.log(`    ${each}`)
    sums.kills += counts.kills
    sums.refusals += counts.refusals
    sums.wrong += wrong.length
  }
} finally {
  end()
  rmSync(root, { recursive: true, force: true })
}
console.log(`${sums.kills} kills, ${sums.refusals} refused calls, ${sums.wrong} faults`)
process.exitCode = sums.wrong > 0 ? 1 : 0
