import type { JobState } from '../../../src/studio/api.ts'
import { count, inHundred, interval, megabytes } from '../words.ts'

/** What became of a job, in a sentence or two. */
export function outcomeSentence(result: NonNullable<JobState['result']>): string {
  switch (result.kind) {
    case 'train': {
      const { before, after, distinct, renamed } = result
      if (after.accuracy === null) return 'Trained.'
      const now = `${inHundred(after.accuracy)}${interval(after.interval)}`
      if (before?.accuracy === null || before === null) return `Trained: ${now}.`
      const meaning = distinct ? '' : ', intervals overlap'
      return `Trained: ${percent(before.accuracy)} → ${percent(after.accuracy)}${meaning}; ${count(renamed, 'picture')} changed ${renamed === 1 ? 'its' : 'their'} name.`
    }
    case 'export':
      return `Exported to ${result.folder}: ${count(result.files, 'file')}, ${megabytes(result.bytes)}.`
    case 'guess-dir': {
      const sorted = result.counts.reduce((sum, each) => sum + each.count, 0)
      return `${count(sorted, 'picture')} copied, sorted, to ${result.folder}.`
    }
    case 'examine':
      return result.findings === 0
        ? 'Looked everywhere: nothing to check.'
        : `${count(result.findings, 'thing')} to check.`
    case 'choose':
      return `${result.backbone}: ${result.reason}`
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
