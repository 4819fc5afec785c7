import { useEffect, useState } from 'preact/hooks'
import { camera } from '../camera/camera.ts'
import { forget, frozen, guess, guessed, guessPicture, watchGuesses } from '../camera/guessing.ts'
import { CameraView } from '../camera/view.tsx'
import { categoryOfKey, press } from '../frame/keys.ts'
import { KeyRow } from '../grid/keyRow.tsx'
import { Thumb } from '../grid/tile.tsx'
import { attempt } from '../notices.ts'
import { Refused } from '../server/request.ts'
import { endBatch, newBatch, uploadOne } from '../server/uploads.ts'
import { canGuess, locked, say, shownPlace } from '../state.ts'
import { useAddress } from './address.ts'
import { Bars } from './bars.tsx'

/** The camera or a picture, what it is taken for, and why. */
export function TryScreen() {
  const [heat, setHeat] = useState<string | null>(null)
  const [unseen, setUnseen] = useState<string | null>(null)
  useEffect(watchGuesses, [])
  const picture = useAddress(frozen.value ? guessed.value : null)
  const best = guess.value?.scores[0]?.label

  const why = () => {
    if (heat !== null) return setHeat(null)
    const blob = guessed.value
    if (!blob || best === undefined) return
    frozen.value = true
    attempt(async () => {
      const answer = await fetch(`api/explain/${encodeURIComponent(best)}`, { method: 'POST', body: blob })
      if (!answer.ok) throw new Refused(await answer.json())
      setHeat(URL.createObjectURL(await answer.blob()))
    })
  }
  const unfreeze = () => {
    forget()
    setHeat(null)
  }
  const freeze = () => {
    if (frozen.value) unfreeze()
    else if (guessed.value) frozen.value = true
  }
  const keep = (category: string) => {
    const blob = guessed.value
    if (!blob || locked.value) return
    attempt(async () => {
      const batch = newBatch()
      const name = blob instanceof File ? blob.name : `try-${Date.now()}.jpg`
      const { id, duplicateOf } = await uploadOne(blob, name, category, batch)
      await endBatch(batch)
      say(id === duplicateOf ? `It is in ${shownPlace(category)} already.` : `Kept as ${shownPlace(category)}.`)
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const category = categoryOfKey(event)
    if (category !== undefined) keep(category)
    const onButton = (event.target as Element).closest('button, a, label') !== null
    press(event, { h: why, ...(!onButton && { ' ': freeze }), Escape: unfreeze })
  }
  const choose = (file: File | undefined) => {
    setHeat(null)
    if (file) attempt(() => guessPicture(file))
  }
  return (
    <section
      class="try"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys need the focus
      tabIndex={0}
      aria-label="Try the model"
      onKeyDown={onKeyDown}
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault()
        event.stopPropagation()
        choose(event.dataTransfer?.files[0])
      }}
    >
      <h1 class="visually-hidden">Try</h1>
      <div class="seen">
        {picture && frozen.value ? (
          <div class="camera">
            {heat === null && unseen === picture ? (
              <p class="camera off">
                Browsers can’t show a picture of this format. The model looks at it all the same.
              </p>
            ) : (
              <img
                src={heat ?? picture}
                alt={heat ? `What speaks for ${shownPlace(best ?? '')}` : 'The picture looked at'}
                onError={() => setUnseen(picture)}
              />
            )}
            <div class="camera-tools">
              <button type="button" class="quiet" onClick={unfreeze}>
                {camera.value === 'on' ? 'Go on' : 'Another one'}
              </button>
            </div>
          </div>
        ) : (
          <CameraView />
        )}
        <p class="buttons">
          <label class="button">
            A picture …
            <input
              type="file"
              accept="image/*"
              class="visually-hidden"
              onChange={event => {
                choose(event.currentTarget.files?.[0])
                event.currentTarget.value = ''
              }}
            />
          </label>
          {guess.value && (
            <>
              <button type="button" aria-pressed={frozen.value} onClick={freeze}>
                <kbd>Space</kbd> Freeze
              </button>
              <button type="button" aria-pressed={heat !== null} onClick={why}>
                <kbd>H</kbd> Why {shownPlace(best ?? '')}?
              </button>
            </>
          )}
        </p>
      </div>
      <div class="said">
        {!canGuess.value && !guess.value && (
          <p class="soft">There is nothing to try yet: give two categories some pictures first.</p>
        )}
        {canGuess.value && !guess.value && <p class="soft">Start the camera, or drop a picture here.</p>}
        {guess.value && (
          <>
            <Bars guess={guess.value} most={8} />
            {guess.value.nearest && guess.value.nearest.length > 0 && (
              <>
                <h2>Most like it</h2>
                <ul class="strip">
                  {guess.value.nearest.slice(0, 5).map(({ id, category }) => (
                    <li key={id}>
                      <Thumb id={id} side={160} />
                      <span>{shownPlace(category)}</span>
                    </li>
                  ))}
                </ul>
              </>
            )}
            <h2>Keep this picture as</h2>
            <KeyRow label="Keep as" onChoose={keep} />
          </>
        )}
      </div>
    </section>
  )
}
