import type { PictureColumns } from '../../../src/studio/api.ts'
import { boot, shownPlace } from '../state.ts'
import { percent } from '../words.ts'

/** A picture as a grid shows it. */
export interface Tile {
  readonly id: number
  /** What is written below it, and read aloud. */
  readonly caption: string
  readonly unreadable?: boolean
  /** Taken out, such as of a group. */
  readonly out?: boolean
}

const FLAGS: readonly (readonly [number, string])[] = [
  [16, 'can’t be read'],
  [2, 'doubtful'],
  [4, 'taken for another'],
  [8, 'unlike anything learnt'],
  [64, 'a copy'],
  [32, 'poor quality'],
  [1, 'checked'],
]

/** The picture at a place of a listing. */
export function tileOf(columns: PictureColumns, at: number): Tile {
  const flags = columns.flags[at]!
  const score = columns.score[at]!
  const name = columns.categories[columns.category[at]!]
  const flag = FLAGS.find(([bit]) => flags & bit)?.[1]
  // A number that stays with it: places change with each picture that goes.
  const known = name === undefined ? `picture ${columns.ids[at]!}` : shownPlace(name)
  return {
    id: columns.ids[at]!,
    caption: [flag === undefined || flag === 'checked' ? known : flag, score < 0 ? '' : percent(score / 1000)]
      .join(' ')
      .trim(),
    unreadable: (flags & 16) !== 0,
  }
}

function thumb(id: number, side: 160 | 320 = 320): string {
  return `thumb/${id}?side=${side}&boot=${boot.value}`
}

export function original(id: number): string {
  return `picture/${id}?boot=${boot.value}`
}

/** A thumbnail; nothing in its place where the picture can't be read. */
export function Thumb({
  id,
  alt = '',
  side = 320,
}: {
  readonly id: number
  readonly alt?: string
  readonly side?: 160 | 320
}) {
  return (
    <img
      key={`${boot.value}/${id}`}
      src={thumb(id, side)}
      alt={alt}
      draggable={false}
      loading="lazy"
      decoding="async"
      onError={({ currentTarget }) => {
        currentTarget.style.visibility = 'hidden'
      }}
    />
  )
}
