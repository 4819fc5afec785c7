import { effect } from '@preact/signals'
import type { OpAnswer } from '../../../src/studio/api.ts'
import { boot, studio } from '../state.ts'

/** The server tells of a change by itself, before or after it answers; this long is waited for it. In milliseconds. */
const PATIENCE_MS = 2000

/** Changes of this page whose answer is on its way. */
const asked = new Set<Promise<OpAnswer>>()
/** What the last answer said, and the run of the server in which revisions count. */
let last = { boot: '', revision: 0 }

/** Notes a change of this page, until the state that it brings has arrived. */
export async function own(answering: Promise<OpAnswer>): Promise<OpAnswer> {
  asked.add(answering)
  try {
    const answer = await answering
    last = { boot: boot.value, revision: answer.revision }
    return answer
  } finally {
    asked.delete(answering)
  }
}

/** Waits until the state of the page holds its own changes: an undo right behind a label means that label. */
export async function ownArrived(): Promise<void> {
  await Promise.allSettled(asked)
  const isThere = () => last.boot !== boot.value || (studio.value?.revision ?? 0) >= last.revision
  if (isThere()) return
  await new Promise<void>(resolve => {
    const patience = setTimeout(done, PATIENCE_MS)
    const dispose = effect(() => {
      if (isThere()) queueMicrotask(done)
    })
    function done() {
      clearTimeout(patience)
      dispose()
      resolve()
    }
  })
}
