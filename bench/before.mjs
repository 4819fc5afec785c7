// node bench/before.mjs OLDER [DATA [RUNS]]: training cold and warm and one guess, by this checkout and by an older one, OLDER (a
// built worktree), in turns, as whole processes; ends with 1 where the median of the ratios misses its limit.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, runOnce, spread, table } from './measure.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const older = resolve(process.argv[2] ?? '.')
const source = resolve(process.argv[3] ?? join(root, 'test/drawings'))
const runs = Number(process.argv[4] ?? 5)

const work = mkdtempSync(join(tmpdir(), 'itc-bench-'))
const sides = [root, older].map((checkout, at) => ({ itc: join(checkout, 'bin/itc.js'), tfFiles: join(work, `${at}`) }))
for (const { tfFiles } of sides) cpSync(join(source, 'data'), join(tfFiles, 'data'), { recursive: true })
const [picture] = readdirSync(join(source, 'data'), { recursive: true, withFileTypes: true }).filter(each =>
  each.isFile(),
)

const forget = ({ tfFiles }) => {
  for (const name of ['bottlenecks', 'model']) rmSync(join(tfFiles, name), { recursive: true, force: true })
}

/** Both in turns, once unmeasured. @returns a row of the table, and whether the limit is held */
async function compare(name, limit, argsOf, before = () => {}) {
  const pairs = []
  for (let run = 0; run <= runs; run++) {
    const pair = []
    for (const side of sides) {
      before(side)
      pair.push(await runOnce([side.itc, ...argsOf(side.tfFiles)]))
    }
    if (run > 0) pairs.push(pair)
  }
  const of = figure => [0, 1].map(at => spread(pairs.map(pair => pair[at][figure])).median.toFixed(2))
  const ratio = figure => spread(pairs.map(([own, other]) => own[figure] / other[figure])).median
  const peak = Math.max(...pairs.map(([own]) => own.megabytes)).toFixed(0)
  const figures = [...of('seconds'), ratio('seconds').toFixed(2), limit.toFixed(2), ratio('processor').toFixed(2), peak]
  return { row: [name, ...figures], isHeld: ratio('seconds') <= limit }
}

try {
  const train = tfFiles => ['train', tfFiles]
  const compared = [
    await compare('train, cold', 0.85, train, forget),
    await compare('train, cache warm', 0.7, train),
    await compare('guess, one picture', 1, tfFiles => ['guess', tfFiles, join(picture.parentPath, picture.name)]),
  ]
  console.log(`${machine()}; ${runs} pairs after one unmeasured\n`)
  const header = ['whole process', 's', 'older, s', 'ratio', 'limit', 'of the processor', 'peak MB']
  console.log(
    table(
      header,
      compared.map(({ row }) => row),
    ),
  )
  if (compared.some(({ isHeld }) => !isHeld)) process.exitCode = 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
