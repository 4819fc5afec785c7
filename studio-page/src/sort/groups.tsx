import { useEffect, useRef, useState } from 'preact/hooks'
import type { Groups as GroupsAnswer, PictureGroup } from '../../../src/studio/api.ts'
import { categoryNamed, label } from '../actions.ts'
import { tellFailure } from '../notices.ts'
import { get } from '../server/request.ts'
import { boot, go, opinions, studio } from '../state.ts'
import { count } from '../words.ts'
import { GroupCard } from './groupCard.tsx'

/** Resolutions of the server, from few large groups to many pure ones. */
const FINEST = 3
/** Groups with so many strangers, twice, are not worth the trouble. */
const UNCLEAN = 0.4
/** Between two questions while nothing has been looked at yet, in milliseconds. */
const AGAIN_MS = 1500
/** Fewer pictures than this make no group. */
const LEAST = 4

/** The engine knows fewer pictures than there are. */
function isLooking({ rest }: GroupsAnswer): boolean {
  const waiting = studio.peek()?.unlabeled ?? 0
  return waiting >= LEAST && (studio.peek()?.waiting.suggested ?? 0) === 0 && rest.length <= waiting
}

/** Pictures that are alike, to be named together. */
export function Groups() {
  const [detail, setDetail] = useState(1)
  const [groups, setGroups] = useState<readonly PictureGroup[] | null>(null)
  const [unclean, setUnclean] = useState(0)
  const ready = studio.value?.engine.state === 'ready'

  const touched = useRef(false)
  useEffect(() => {
    setGroups(null)
    touched.current = false
  }, [detail, boot.value])
  // While pictures are still being looked at there are none, or half of them; nothing changes under somebody's hands.
  useEffect(() => {
    if (!ready || touched.current) return
    const stop = new AbortController()
    let later: ReturnType<typeof setTimeout>
    const ask = () =>
      get<GroupsAnswer>(`api/groups?detail=${detail}`, stop.signal).then(
        answer => {
          if (answer.groups.length === 0 && isLooking(answer)) later = setTimeout(ask, AGAIN_MS)
          else if (!touched.current) setGroups(answer.groups)
        },
        error => stop.signal.aborted || tellFailure(error),
      )
    void ask()
    return () => {
      stop.abort()
      clearTimeout(later)
    }
  }, [detail, ready, boot.value, opinions.value])

  const drop = (group: PictureGroup) => {
    touched.current = true
    setGroups(old => old?.filter(other => other !== group) ?? null)
  }
  const name = async (group: PictureGroup, kept: readonly number[], text: string) => {
    const category = await categoryNamed(text)
    if (category === undefined || kept.length === 0) return
    if (1 - kept.length / group.ids.length > UNCLEAN) setUnclean(unclean + 1)
    drop(group)
    await label(kept, category, '.unlabeled')
  }
  const split = async (group: PictureGroup) => {
    const finer = await get<GroupsAnswer>(`api/groups?detail=${Math.min(FINEST, detail + 1)}`).catch(tellFailure)
    if (!finer) return
    const own = new Set(group.ids)
    const parts = finer.groups
      .map(part => ({ ...part, ids: part.ids.filter(id => own.has(id)) }))
      .filter(({ ids }) => ids.length > 1)
    touched.current = true
    setGroups(old => old?.flatMap(other => (other === group && parts.length > 1 ? parts : [other])) ?? null)
  }

  if (studio.value?.engine.state === 'ended') return <p class="empty">Groups need the engine, which has ended.</p>
  if (!groups) return <p class="empty">Looking for pictures that are alike …</p>
  return (
    <>
      <p class="bar">
        <span>
          {groups.length === 0 ? 'No groups are left.' : `${count(groups.length, 'group')} of pictures that are alike`}
        </span>
        <label>
          fewer
          <input
            type="range"
            min={1}
            max={FINEST}
            value={detail}
            aria-label="Fewer groups, or purer ones"
            onChange={event => setDetail(Number(event.currentTarget.value))}
          />
          purer
        </label>
      </p>
      {unclean >= 2 && (
        <p class="note">
          These don’t fall into clean groups; one by one is quicker.{' '}
          <button type="button" class="link" onClick={() => go('sort', 'one')}>
            One by one
          </button>
        </p>
      )}
      {groups.slice(0, 6).map((group, at) => (
        <GroupCard
          key={group.ids[0]}
          number={at + 1}
          group={group}
          canSplit={detail < FINEST && group.ids.length > 3}
          onName={(kept, text) => name(group, kept, text)}
          onSkip={() => drop(group)}
          onSplit={() => void split(group)}
        />
      ))}
      {groups.length > 6 && <p class="soft">{count(groups.length - 6, 'more group')} after these.</p>}
      {groups.length === 0 && (
        <p class="buttons">
          <button type="button" class="main" onClick={() => go('sort', 'one')}>
            The rest one by one
          </button>
        </p>
      )}
    </>
  )
}
