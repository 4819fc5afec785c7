import type { StudioEvents, StudioState } from '../../../src/studio/api.ts'
import { tell } from '../notices.ts'
import { change, connection, opinions, studio, working } from '../state.ts'
import { JOB_NAMES } from '../words.ts'
import { outcomeSentence } from './outcome.ts'
import { post } from './request.ts'
import { replay } from './unsaved.ts'

/** Hidden tabs let go of their connection after so long: browsers allow six a server. In milliseconds. */
const HIDDEN_MS = 30_000
/** Before a lost connection counts as the end of studio, and between attempts after it. */
const PATIENCE_MS = 1500

let source: EventSource | undefined
let doubting: ReturnType<typeof setTimeout> | undefined

/** Follows the server for as long as the page is open. */
export function listen(): void {
  connect()
  let hidden: ReturnType<typeof setTimeout> | undefined
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden)
    if (document.hidden) hidden = setTimeout(disconnect, HIDDEN_MS)
    else {
      if (source === undefined) connect()
      // What others changed meanwhile, where the system tells nobody.
      post('api/rescan').catch(() => undefined)
    }
  })
}

function disconnect(): void {
  source?.close()
  source = undefined
}

function connect(): void {
  disconnect()
  const opened = new EventSource('api/events')
  source = opened
  const on = <K extends keyof StudioEvents>(name: K, act: (data: StudioEvents[K]) => void) =>
    opened.addEventListener(name, event => act(JSON.parse(event.data)))
  on('state', arrived)
  on('changes', changed => {
    change.value = changed
    if (changed.cause === 'outside') return
    const mine = studio.value?.revision ?? 0
    if (changed.cause === 'undo' && changed.revision > mine + 1) tell(`Taken back elsewhere: ${changed.title}`)
  })
  on('files', ({ added, gone }) => {
    const parts = [gone > 0 ? `${pictures(gone)} vanished` : '', added > 0 ? `${added} came` : ''].filter(Boolean)
    if (parts.length > 0) tell(`Changed from outside: ${parts.join(', ')}.`)
  })
  on('suggestions', () => opinions.value++)
  on('engine', engine => update({ engine }))
  on('job', job => {
    const jobs = studio.value?.jobs ?? []
    const known = jobs.some(({ id }) => id === job.id)
    update({ jobs: known ? jobs.map(other => (other.id === job.id ? job : other)) : [...jobs, job] })
    if (job.state === 'failed' && job.error) tell(job.error.message, { kind: 'wrong', hint: job.error.hint })
    if (job.state === 'done' && job.result) {
      tell(outcomeSentence(job.result))
      opinions.value++
    }
  })
  on('bye', () => ended())
  opened.onerror = () => {
    doubting ??= setTimeout(ended, PATIENCE_MS)
  }
}

function ended(): void {
  clearTimeout(doubting)
  doubting = undefined
  connection.value = 'offline'
  disconnect()
  setTimeout(() => {
    if (connection.value === 'offline' && source === undefined) connect()
  }, PATIENCE_MS)
}

function arrived(state: StudioState): void {
  clearTimeout(doubting)
  doubting = undefined
  const again = studio.value !== null && studio.value.boot !== state.boot
  const lost = again && working.value
  // Its process went with the studio of before, and nothing else would say that nothing comes of it.
  if (lost) tell(`${JOB_NAMES[lost.kind]} ended with the studio. Begin it again.`, { kind: 'wrong' })
  studio.value = state
  connection.value = 'open'
  if (again) opinions.value++
  void replay()
}

function update(part: Partial<StudioState>): void {
  if (studio.value) studio.value = { ...studio.value, ...part }
}

function pictures(count: number): string {
  return count === 1 ? '1 picture' : `${count} pictures`
}
