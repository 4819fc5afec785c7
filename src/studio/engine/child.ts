import { constants, getPriority, setPriority } from 'node:os'
import { messageOf, UserError } from '../../errors.ts'
import { PictureError } from '../../image/pictureError.ts'
import { runJob } from './jobWork.ts'
import { Look } from './look.ts'
import type { EngineCall, FromChild, ToChild } from './messages.ts'

/** The script of an engine's process, or of a job's: what it is the first message says. */
const { PRIORITY_BELOW_NORMAL } = constants.priority
// The page and its server go first; threads that are started from now on take this over. Nobody may go back up.
if (getPriority() < PRIORITY_BELOW_NORMAL) setPriority(PRIORITY_BELOW_NORMAL)
const stop = new AbortController()
let look: Look | undefined

process.on('message', (message: ToChild) => {
  if (message.kind === 'open') open(message.tfFiles)
  if (message.kind === 'call') void answer(message.id, message.name, message.argument)
  if (message.kind === 'stop') stop.abort(new UserError('E_STOPPED', 'It was stopped.'))
  if (message.kind === 'job') {
    runJob(message.order, { signal: stop.signal, onProgress: progress => send({ kind: 'progress', ...progress }) })
      .then(result => last({ kind: 'done', result }))
      .catch(error => last(failure(0, error)))
  }
})
// Without the studio there is nobody to work for.
process.on('disconnect', () => process.exit(0))
// Ctrl-C in a terminal reaches every process there: the studio ends this one when it is done with it.
process.on('SIGINT', () => undefined)

function open(tfFiles: string): void {
  look = new Look(tfFiles, {
    onOpinions: opinions => send({ kind: 'opinions', opinions }),
    onWorking: (done, total) => send({ kind: 'working', done, total }),
  })
  look.ready().then(
    () => send({ kind: 'ready' }),
    error => send(failure(0, error)),
  )
}

async function answer(id: number, name: EngineCall, argument: unknown): Promise<void> {
  try {
    const call = look?.calls[name] as ((argument: unknown) => Promise<unknown>) | undefined
    if (call === undefined) throw new Error('the engine is not open')
    send({ kind: 'answer', id, value: await call(argument) })
  } catch (error) {
    send(failure(id, error))
  }
}

function failure(id: number, error: unknown): FromChild {
  if (error instanceof UserError) {
    const { code, message, hint } = error
    return { kind: 'failure', id, code, message, hint }
  }
  if (error instanceof PictureError) {
    return { kind: 'failure', id, code: 'E_PICTURE', message: `This picture can't be used: ${error.reason}.` }
  }
  return { kind: 'failure', id, code: 'E_INTERNAL', message: `Something went wrong inside: ${messageOf(error)}.` }
}

function send(message: FromChild): void {
  process.send?.(message)
}

/** The last words of a job's process, which ends when they are heard. */
function last(message: FromChild): void {
  process.send?.(message, undefined, {}, () => process.exit(0))
}
