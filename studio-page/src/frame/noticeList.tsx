import { dismiss, notices } from '../notices.ts'

/** What was said last; what went wrong stays until it is dismissed. */
export function Notices() {
  return (
    <section class="notices" aria-label="Notices">
      {notices.value.map(({ id, text, hint, kind, lines }) => (
        <div key={id} class={`notice ${kind}`}>
          <div>
            <p>{text}</p>
            {hint && <p class="soft">{hint}</p>}
            {lines && lines.length > 0 && (
              <ul>
                {lines.map(line => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
          </div>
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ×
          </button>
        </div>
      ))}
    </section>
  )
}
