// guess-dir and its undo with a model that reads a picture's name in it: what is tried here is what becomes of files.
import { readFileSync } from 'node:fs'
import { guessDir } from '../../dist/jobs/guess/guessDir.js'
import { undoGuessDir } from '../../dist/jobs/guess/undo.js'

const LABELS = ['cat', 'dog']

const textModel = {
  labels: LABELS,
  async *guessAll(paths) {
    for (const path of paths) {
      const [label, score] = readFileSync(path, 'utf8').split(' ')
      const other = LABELS.find(name => name !== label)
      const scores = [
        { label, score: Number(score) },
        { label: other, score: 1 - Number(score) },
      ]
      yield { scores, familiarity: undefined, unfamiliar: false }
    }
  },
}

const [how, source, destination] = process.argv.slice(2)
try {
  if (how === 'undo') await undoGuessDir(source, destination)
  else {
    const into = how.endsWith('into folders') ? 'folders' : 'flat'
    await guessDir(textModel, source, destination, { move: how.startsWith('move'), into })
  }
} catch (error) {
  const known = error.name === 'UserError' || typeof error.code === 'string'
  process.stderr.write(`error: ${known ? error.message : error.stack}\n`)
  process.exitCode = 1
}
