import { signal } from '@preact/signals'
import type { NamesAnswer, OpAnswer, OpRequest, PictureRef } from '../../../src/studio/api.ts'
import { tell, tellFailure } from '../notices.ts'
import { boot, say, studio } from '../state.ts'
import { own, ownArrived } from './ownChanges.ts'
import { post, postPainted, Refused, Unreachable } from './request.ts'

interface Unsaved {
  readonly request: OpRequest
  readonly boot: string
}

/** Changes that no server has confirmed. */
export const unsaved = signal<readonly Unsaved[]>([])

/** Pictures by what stays the same over restarts; ids hold for one run of the server. */
const refs = new Map<string, PictureRef>()
const MOST_NAMES = 1000

/** Learns how pictures are called, so that changes to them can be told again after a restart. */
export function remember(pictures: readonly (PictureRef & { readonly id: number })[]): void {
  for (const { id, path, sha256 } of pictures) refs.set(`${boot.value}/${id}`, { path, sha256 })
}

/** The same for ids alone; asks for those not yet known. */
export async function rememberIds(ids: Iterable<number>): Promise<void> {
  const missing = [...ids].filter(id => !refs.has(`${boot.value}/${id}`)).slice(0, MOST_NAMES)
  if (missing.length === 0) return
  const answer = await post<NamesAnswer>('api/names', { ids: missing }).catch(() => undefined)
  if (answer) remember(answer.names)
}

/** Does it, says so, and shows what could not be done. @returns undefined when it failed or waits for the server */
export async function operate(request: OpRequest): Promise<OpAnswer | undefined> {
  try {
    const answer = await own(postPainted<OpAnswer>('api/ops', request))
    showConflicts(answer)
    return answer
  } catch (error) {
    if (error instanceof Unreachable && 'ids' in request) {
      unsaved.value = [...unsaved.value, { request, boot: boot.value }]
    } else tellFailure(error)
    return undefined
  }
}

/** Sends what no server has confirmed; ids of an earlier run become paths and hashes. */
export async function replay(): Promise<void> {
  const waiting = unsaved.value
  unsaved.value = []
  for (const each of waiting) {
    const request = each.boot === boot.value ? each.request : byName(each)
    if (request) await operate(request)
  }
  if (waiting.length > 0)
    tell(waiting.length === 1 ? 'The change that waited is made.' : 'The changes that waited are made.')
}

function byName({ request, boot }: Unsaved): OpRequest | undefined {
  if (!('ids' in request) || request.ids === undefined) return undefined
  const { ids, ...rest } = request
  const files = ids.flatMap(id => refs.get(`${boot}/${id}`) ?? [])
  return files.length === 0 ? undefined : ({ ...rest, files } as OpRequest)
}

function showConflicts({ conflicts }: OpAnswer): void {
  if (conflicts.length === 0) return
  const lines = conflicts.slice(0, 5).map(({ name, reason }) => `${name}: ${reason}`)
  const text =
    conflicts.length === 1 ? 'One picture was left as it is.' : `${conflicts.length} pictures were left as they are.`
  tell(text, { kind: 'wrong', lines })
}

/** @param which the newest entry, as the line of undo shows it once it knows of this page's own changes */
export async function takeBack(which: 'undo' | 'redo'): Promise<void> {
  await ownArrived()
  const entry = studio.value?.[which]
  if (!entry) return
  try {
    const answer = await own(post<OpAnswer>(`api/${which}`, { expect: entry.entry }))
    showConflicts(answer)
    say(`${which === 'undo' ? 'Taken back' : 'Done again'}: ${entry.title}`)
  } catch (error) {
    if (error instanceof Refused && error.code === 'E_NOT_LATEST')
      tell('Another tab was first. Look again.', { kind: 'wrong' })
    else tellFailure(error)
  }
}
