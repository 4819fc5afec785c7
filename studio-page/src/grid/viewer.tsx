import { useEffect, useState } from 'preact/hooks'
import type { PictureDetail } from '../../../src/studio/api.ts'
import { Dialog } from '../frame/dialog.tsx'
import { press } from '../frame/keys.ts'
import { tellFailure } from '../notices.ts'
import { get } from '../server/request.ts'
import { remember } from '../server/unsaved.ts'
import { boot, shownPlace } from '../state.ts'
import { Bars } from '../try/bars.tsx'
import { original, Thumb } from './tile.tsx'

/** What is known of a picture; null until it is. */
export function useDetail(id: number | undefined): PictureDetail | null {
  const [detail, setDetail] = useState<PictureDetail | null>(null)
  useEffect(() => {
    if (id === undefined) return setDetail(null)
    const stop = new AbortController()
    get<PictureDetail>(`api/pictures/${id}`, stop.signal).then(
      answer => {
        remember([answer])
        setDetail(answer)
      },
      error => stop.signal.aborted || tellFailure(error),
    )
    return () => stop.abort()
  }, [id, boot.value])
  return detail?.id === id ? detail : null
}

/** Address of the map of what speaks for a category. */
export function heatMap(id: number, category: string): string {
  return `explain/${id}/${encodeURIComponent(category)}.png?boot=${boot.value}`
}

interface Props {
  readonly id: number
  readonly onStep: (by: 1 | -1) => void
  readonly onKey: (event: KeyboardEvent) => boolean
  readonly onClose: () => void
}

/** One picture, large, with what the model makes of it. */
export function Viewer({ id, onStep, onKey, onClose }: Props) {
  const detail = useDetail(id)
  const [heat, setHeat] = useState(false)
  const best = detail?.guess?.scores[0]?.label
  const onKeyDown = (event: KeyboardEvent) => {
    const own = { ArrowLeft: () => onStep(-1), ArrowRight: () => onStep(1), h: () => setHeat(!heat) }
    if (!press(event, own) && onKey(event)) event.preventDefault()
  }
  return (
    <Dialog title={detail ? detail.name : 'Picture'} onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of all that is in it */}
      <div class="viewer" onKeyDown={onKeyDown}>
        <div class="big">
          {detail?.unreadable ? (
            <p>This file can’t be read: {detail.unreadable}.</p>
          ) : (
            <img src={heat && best ? heatMap(id, best) : original(id)} alt={detail?.name ?? ''} />
          )}
        </div>
        <div class="facts">
          {detail && <p class="soft">In {shownPlace(detail.place)}</p>}
          {detail?.doubt && <p class="note">{detail.doubt.what}</p>}
          {detail?.findings.map(({ what, remedy }) => (
            <p key={what} class="note">
              {what} {remedy}
            </p>
          ))}
          {detail?.guess && <Bars guess={detail.guess} />}
          {detail && detail.nearest.length > 0 && (
            <>
              <h3>Most like it</h3>
              <ul class="strip">
                {detail.nearest.slice(0, 6).map(near => (
                  <li key={near.id}>
                    <Thumb id={near.id} side={160} />
                    <span>{shownPlace(near.category)}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
          <p class="buttons">
            <button type="button" data-first onClick={() => onStep(-1)} aria-label="The one before">
              ←
            </button>
            <button type="button" onClick={() => onStep(1)} aria-label="The next one">
              →
            </button>
            {best && !detail?.unreadable && (
              <button type="button" aria-pressed={heat} onClick={() => setHeat(!heat)}>
                <kbd>H</kbd> Why {shownPlace(best)}?
              </button>
            )}
            <button type="button" onClick={onClose}>
              Close
            </button>
          </p>
        </div>
      </div>
    </Dialog>
  )
}
