import { useEffect, useState } from 'preact/hooks'
import { CheckScreen } from '../check/screen.tsx'
import { tellFailure } from '../notices.ts'
import { PhoneDialog } from '../phone/dialog.tsx'
import { shown } from '../phone/door.ts'
import { PhoneLine } from '../phone/line.tsx'
import { takeDropped } from '../pictures/dropped.ts'
import { PicturesScreen } from '../pictures/screen.tsx'
import { ResultsScreen } from '../results/screen.tsx'
import { takeBack } from '../server/unsaved.ts'
import { ShareScreen } from '../share/screen.tsx'
import { SortScreen } from '../sort/screen.tsx'
import { isThere, locked, said, type Tab, tab, title } from '../state.ts'
import { TryScreen } from '../try/screen.tsx'
import { Banners } from './banners.tsx'
import { Help } from './help.tsx'
import { JobLine } from './jobLine.tsx'
import { Notices } from './noticeList.tsx'
import { TopBar } from './topBar.tsx'

const SCREENS: Readonly<Record<Tab, () => preact.JSX.Element | null>> = {
  pictures: PicturesScreen,
  sort: SortScreen,
  check: CheckScreen,
  results: ResultsScreen,
  try: TryScreen,
  share: ShareScreen,
}

/** The page: what is always there, and the screen that is open. */
export function App() {
  const [help, setHelp] = useState(false)
  const [dropping, setDropping] = useState(false)
  const Screen = SCREENS[tab.value]
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const typing = (event.target as Element).closest(
        'input:not([type=checkbox], [type=range]), textarea, select, dialog',
      )
      if (typing) return
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !locked.value) {
        event.preventDefault()
        void takeBack(event.shiftKey ? 'redo' : 'undo')
      } else if (event.key === '?') setHelp(true)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
  useEffect(() => {
    document.title = title.value === '' ? 'itc studio' : `${title.value} · itc studio`
  }, [title.value])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files may be dropped anywhere; buttons do the same
    <div
      class={dropping ? 'page dropping' : 'page'}
      onDragOver={event => {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDropping(true)
      }}
      onDragLeave={event => event.relatedTarget === null && setDropping(false)}
      onDrop={event => {
        event.preventDefault()
        setDropping(false)
        if (event.dataTransfer && event.dataTransfer.files.length > 0 && !locked.value) {
          takeDropped(event.dataTransfer, undefined).catch(tellFailure)
        }
      }}
    >
      <TopBar onHelp={() => setHelp(true)} />
      <section aria-label="What is going on">
        <Banners />
        <PhoneLine />
        <JobLine />
      </section>
      <main>{isThere.value ? <Screen /> : <p class="empty">Looking for studio …</p>}</main>
      <Notices />
      <Said />
      {help && <Help onClose={() => setHelp(false)} />}
      {shown.value !== undefined && (
        <PhoneDialog
          category={shown.value}
          onClose={() => {
            shown.value = undefined
          }}
        />
      )}
    </div>
  )
}

/** Alone, so that a sentence does not render all the rest anew. */
function Said() {
  return (
    <p class="visually-hidden" aria-live="polite">
      {said.value}
    </p>
  )
}
