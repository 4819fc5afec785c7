import * as is from '../../schema.ts'

const move = is.looseObject({
  from: is.name,
  to: is.name,
  sha256: is.nullable(is.sha256),
  size: is.number,
  mtimeMs: is.number,
  folder: is.optional(is.literal(true)),
  via: is.optional(is.name),
})
const mark = is.looseObject({ sha256: is.sha256, label: is.name })

const entry = is.looseObject({
  v: is.literal(1),
  id: is.name,
  at: is.text,
  kind: is.text,
  title: is.text,
  moves: is.array(move),
  state: is.picklist(['open', 'planned', 'done']),
  undoes: is.optional(is.name),
  redoes: is.optional(is.name),
  makes: is.optional(is.array(is.name)),
  removes: is.optional(is.array(is.name)),
  marks: is.optional(is.array(mark)),
  unmarks: is.optional(is.array(mark)),
  renames: is.optional(is.looseObject({ from: is.name, to: is.name })),
})

/** A line of the journal; what is none is as if it had not been written. */
export const lineSchema = is.union([
  entry,
  is.looseObject({ id: is.name, state: is.literal('added'), move }),
  is.looseObject({ id: is.name, state: is.literal('done'), moves: is.array(move), title: is.optional(is.text) }),
])
