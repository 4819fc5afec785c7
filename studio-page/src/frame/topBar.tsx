import { takeBack, unsaved } from '../server/unsaved.ts'
import { connection, locked, studio, TABS, type Tab, tab } from '../state.ts'

const NAMES: Readonly<Record<Tab, string>> = {
  pictures: 'Pictures',
  sort: 'Sort',
  check: 'Check',
  results: 'Results',
  try: 'Try',
  share: 'Share',
}

/** The folder's name, the screens, the line of undo and whether studio is there. */
export function TopBar({ onHelp }: { readonly onHelp: () => void }) {
  const now = studio.value
  return (
    <header class="top">
      <p class="name">
        <b>itc studio</b> {now && <span class="soft">· {now.title}</span>}
      </p>
      <nav aria-label="Screens">
        {TABS.map(name => (
          <a key={name} href={`#${name}`} aria-current={tab.value === name ? 'page' : undefined}>
            {NAMES[name]} <Waiting tab={name} />
          </a>
        ))}
      </nav>
      <div class="undo">
        <button
          type="button"
          class="quiet"
          disabled={locked.value || !now?.undo}
          title="Undo (Ctrl+Z)"
          aria-label={now?.undo ? `Undo: ${now.undo.title}` : 'Nothing to undo'}
          onClick={() => void takeBack('undo')}
        >
          ↶ <UndoTitle title={now?.undo?.title ?? ''} />
        </button>
        <button
          type="button"
          class="quiet"
          disabled={locked.value || !now?.redo}
          title="Redo (Ctrl+Shift+Z)"
          aria-label={now?.redo ? `Redo: ${now.redo.title}` : 'Nothing to redo'}
          onClick={() => void takeBack('redo')}
        >
          ↷
        </button>
        <button
          type="button"
          class="quiet"
          aria-label="Keys and settings"
          title="Keys and settings (?)"
          onClick={onHelp}
        >
          ?
        </button>
        <Dot />
      </div>
    </header>
  )
}

/** Where there is no room for a long file name, where it went is still to be read. */
function UndoTitle({ title }: { readonly title: string }) {
  const arrow = title.lastIndexOf(' → ')
  return (
    <span class="undo-title">
      <span>{arrow < 0 ? title : title.slice(0, arrow)}</span>
      {arrow >= 0 && <span class="where">{title.slice(arrow)}</span>}
    </span>
  )
}

/** How many pictures wait behind a tab. */
function Waiting({ tab: name }: { readonly tab: Tab }) {
  const now = studio.value
  const waiting = now?.waiting
  const count = name === 'sort' ? now?.unlabeled : name === 'check' ? waiting?.doubtful : 0
  return count ? <span class="count">{count.toLocaleString('en')}</span> : null
}

function Dot() {
  const words = { open: 'Connected', connecting: 'Connecting', offline: 'Studio has ended' }[connection.value]
  const waiting = unsaved.value.length
  return (
    <span class={`dot-state ${connection.value}`} role="status" title={words}>
      <span class="visually-hidden">{words}</span>
      {waiting > 0 && <span class="count">{waiting} unsaved</span>}
    </span>
  )
}
