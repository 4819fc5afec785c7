import { CountedRefusals } from '../dataset/refusals.ts'
import type { StreamGuess } from '../jobs/guess/stream.ts'
import type { Score } from '../model/model.ts'
import { printable, shownLabel } from '../text.ts'
import { failureJson } from './failure.ts'
import { JsonList, printJsonLine } from './json.ts'
import { leftOutLines } from './refusalLines.ts'
import type { Terminal } from './terminal.ts'

/** How `itc guess` shows what it finds. */
export interface GuessReport {
  readonly answer: (answer: StreamGuess) => void
  /** After the last answer. */
  readonly end: () => void
  /** Instead, when the run was broken off. */
  readonly broken: (error: unknown) => void
}

export interface GuessForm {
  readonly json?: boolean
  readonly jsonl?: boolean
  /** Categories shown of each picture; all unless given. */
  readonly top?: number
  /** Whether pictures are told apart by their names. */
  readonly titles: boolean
}

export function createGuessReport(terminal: Terminal, form: GuessForm): GuessReport {
  if (form.jsonl) return lines(terminal, form)
  return form.json ? document(terminal, form) : text(terminal, form)
}

function lines(terminal: Terminal, { top }: GuessForm): GuessReport {
  return {
    answer: answer => printJsonLine(terminal, answerJson(answer, top)),
    end: () => undefined,
    broken: error => printJsonLine(terminal, failureJson(error)),
  }
}

function document(terminal: Terminal, { top }: GuessForm): GuessReport {
  const list = new JsonList(terminal, 'pictures')
  return {
    answer: answer => list.add(answerJson(answer, top)),
    end: () => list.end(true),
    broken: error => list.broken(error),
  }
}

function answerJson({ picture, guess }: StreamGuess, top: number | undefined): object {
  if ('error' in guess) return { picture, error: guess.error.reason, kind: guess.error.kind }
  const { scores, unfamiliar, familiarity } = guess
  return { picture, scores: scores.slice(0, top), unfamiliar, familiarity }
}

/** Pictures that did not work out for one reason and are told one by one; the others are counted at the end. */
const ONE_BY_ONE = 3

function text(terminal: Terminal, { top, titles }: GuessForm): GuessReport {
  const { err, errColors: colors } = terminal
  const refused = new CountedRefusals(ONE_BY_ONE)
  let later = false
  return {
    answer({ picture, guess }) {
      if ('error' in guess) {
        const { reason } = guess.error
        const before = refused.add({ relative: picture, reason })
        if (before <= ONE_BY_ONE) err(`${colors.red('error:')} ${printable(picture)}: ${printable(reason)}`)
      } else {
        printScores(guess.scores.slice(0, top), titles ? picture : undefined, later, terminal)
        if (guess.unfamiliar) err(colors.yellow(`${printable(picture)} is unlike anything learnt: don't trust this.`))
      }
      later = true
    },
    end() {
      const groups = refused.groups('').filter(({ files }) => files > ONE_BY_ONE)
      for (const line of leftOutLines(groups, 'not named')) err(colors.yellow(line))
    },
    broken: () => undefined,
  }
}

function printScores(
  scores: readonly Score[],
  title: string | undefined,
  later: boolean,
  { out, colors }: Terminal,
): void {
  if (title !== undefined) {
    if (later) out('')
    out(colors.bold(printable(title)))
  }
  scores.forEach(({ label, score }, rank) => {
    const line = `${shownLabel(label)} (score = ${score.toFixed(5)})`
    out(rank === 0 ? colors.green(line) : line)
  })
}
