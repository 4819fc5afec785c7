import type { NearPicture } from '../../../src/studio/api.ts'
import { Thumb } from '../grid/tile.tsx'
import { shownPlace } from '../state.ts'

/** A few pictures in a row under a title; nothing where there are none. */
export function Strip({ title, pictures }: { readonly title: string; readonly pictures: readonly NearPicture[] }) {
  if (pictures.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <ul class="strip">
        {pictures.slice(0, 4).map(({ id, category }) => (
          <li key={id}>
            <Thumb id={id} side={160} alt={shownPlace(category)} />
          </li>
        ))}
      </ul>
    </>
  )
}
