import type { Command } from 'commander'
import { quoted } from '../text.ts'

/** Options that say how a command speaks, not what it does. */
const SPEECH = ['json', 'quiet', 'verbose']

/**
 * The command line of another command that goes on from this one: a worker for what this one gives out, a training on what it computed. What
 * decides the outcome, limits and networks, is given to both: whatever option was given to this one and is one of the other's too.
 *
 * @param places options of the other alone, by their names; as a person wrote them
 */
export function lineFor(
  other: 'worker' | 'train',
  command: Command,
  tfFiles: string,
  places: Readonly<Record<string, string>>,
): string {
  const called = command.parent?.commands.find(each => each.name() === other)
  const shared = (called?.options ?? []).filter(option => {
    const name = option.attributeName()
    return !SPEECH.includes(name) && !(name in places) && command.getOptionValueSource(name) === 'cli'
  })
  const given = shared.flatMap(option => {
    const value: unknown = command.getOptionValue(option.attributeName())
    return value === true ? [option.long] : [option.long, quoted(String(value))]
  })
  const where = Object.entries(places).flatMap(([name, place]) => [`--${name}`, quoted(place)])
  return [`itc ${other}`, quoted(tfFiles), ...where, ...given].join(' ')
}
