import { Grid } from './grid.tsx'

interface Props {
  readonly label: string
  readonly ids: readonly number[]
  /** Those of `ids` that are left out. */
  readonly out: ReadonlySet<number>
  readonly onOut: (out: ReadonlySet<number>) => void
  readonly size: number
  readonly onKey?: Parameters<typeof Grid>[0]['onKey']
}

/** Pictures that are to be decided together, of which a click leaves one out, and an Alt-click all from there on. */
export function LeaveOutGrid({ label, ids, out, onOut, size, onKey }: Props) {
  return (
    <Grid
      label={label}
      count={ids.length}
      tile={at => ({
        id: ids[at]!,
        caption: out.has(ids[at]!) ? 'left out' : `picture ${at + 1}`,
        out: out.has(ids[at]!),
      })}
      size={size}
      selected={out}
      mode="toggle"
      onSelect={onOut}
      onFromHere={at => onOut(new Set([...out, ...ids.slice(at)]))}
      {...(onKey && { onKey })}
    />
  )
}
