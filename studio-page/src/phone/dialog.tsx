import { useMemo, useState } from 'preact/hooks'
import { Dialog } from '../frame/dialog.tsx'
import { shownPlace } from '../state.ts'
import { useAddress } from '../try/address.ts'
import { count } from '../words.ts'
import { door, openDoor, shutDoor } from './door.ts'

interface Props {
  /** That pictures go into; null: without a category. */
  readonly category: string | null
  readonly onClose: () => void
}

/** Asks before it opens a door on the local network, then shows the code that leads a phone to it. */
export function PhoneDialog({ category, onClose }: Props) {
  const [busy, setBusy] = useState(false)
  const open = door.value?.category === category ? door.value : null
  const start = () => {
    setBusy(true)
    void openDoor(category ?? undefined).then(() => setBusy(false))
  }
  return (
    <Dialog title={`Pictures for ${shownPlace(category ?? '.unlabeled')}, from a phone`} onClose={onClose}>
      {open ? (
        <>
          <Code svg={open.svg} address={open.address} />
          <p role="status">
            {open.received === 0 ? 'No picture has come yet.' : `${count(open.received, 'picture')} came.`}
          </p>
          <p class="buttons">
            <button type="button" class="main" data-first onClick={onClose}>
              Done
            </button>
            <button type="button" onClick={() => void shutDoor()}>
              Shut the door
            </button>
          </p>
        </>
      ) : (
        <>
          <p>
            Opens a door on your Wi-Fi for adding pictures only. A phone that reads its code takes pictures or sends
            some that it has; it sees nothing of yours. The door shuts 15 minutes after the last picture.
          </p>
          <p class="buttons">
            <button type="button" class="main" data-first disabled={busy} onClick={start}>
              Open it
            </button>
            <button type="button" onClick={onClose}>
              Cancel
            </button>
          </p>
        </>
      )}
    </Dialog>
  )
}

function Code({ svg, address }: { readonly svg: string; readonly address: string }) {
  const blob = useMemo(() => new Blob([svg], { type: 'image/svg+xml' }), [svg])
  const picture = useAddress(blob)
  return (
    <>
      <p>Point the phone’s camera at this; the phone must be in the same network.</p>
      {picture && <img class="code" src={picture} alt="Code that leads a phone to the address below" />}
      <p class="address">
        <code>{address}</code>
      </p>
    </>
  )
}
