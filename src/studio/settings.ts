import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { unexpected } from '../errors.ts'
import type { Settings } from './api.ts'

const DEFAULTS: Settings = {
  keys: {},
  shortcuts: true,
  captureRate: 5,
  countdown: 0,
  tileSize: 160,
  noticed: false,
}

/** What each setting may be. */
const CHECKS: { readonly [K in keyof Settings]: (value: unknown) => boolean } = {
  keys: value =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length <= 1000 &&
    Object.values(value).every(key => typeof key === 'string' && key.length === 1),
  shortcuts: value => typeof value === 'boolean',
  captureRate: value => isBetween(value, 1, 10),
  countdown: value => isBetween(value, 0, 10),
  tileSize: value => isBetween(value, 80, 320),
  noticed: value => typeof value === 'boolean',
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

/** `studio/settings.json`: how a person wants it, and which pictures are kept apart for testing. */
export class SettingsFile {
  readonly #path: string
  #text: Record<string, unknown>

  private constructor(path: string, text: Record<string, unknown>) {
    this.#path = path
    this.#text = text
  }

  /** A file that is not there, or not one of these, counts as empty: nothing depends on it. */
  static async read(path: string): Promise<SettingsFile> {
    return new SettingsFile(path, await read(path))
  }

  get settings(): Settings {
    const given = Object.entries(this.#text).filter(([name, value]) => CHECKS[name as keyof Settings]?.(value))
    return { ...DEFAULTS, ...Object.fromEntries(given) }
  }

  /** @throws UserError for a value that is none */
  async change(given: Readonly<Record<string, unknown>>): Promise<Settings> {
    for (const [name, value] of Object.entries(given)) {
      const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof Settings] : undefined
      if (check === undefined) throw unexpected('settings', `one of ${Object.keys(CHECKS).join(', ')}`, name)
      if (!check(value)) throw unexpected(name, 'another value', JSON.stringify(value))
    }
    this.#text = { ...(await read(this.#path)), ...given } // `itc next` writes there too
    await makeFolder(dirname(this.#path))
    await writeAtomic(this.#path, `${JSON.stringify(this.#text, undefined, 2)}\n`)
    return this.settings
  }
}

async function read(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch(() => '{}')
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}

/** The key of each category: as set, else the free digits in the order of names. */
export function keysOf(categories: readonly string[], { keys }: Settings): ReadonlyMap<string, string> {
  const given = categories.flatMap(name => (Object.hasOwn(keys, name) ? [[name, keys[name]!] as const] : []))
  const taken = new Map(given)
  const used = new Set(taken.values())
  const free = [...'1234567890'].filter(digit => !used.has(digit))
  for (const name of categories) {
    if (taken.has(name)) continue
    const digit = free.shift()
    if (digit === undefined) break
    taken.set(name, digit)
  }
  return taken
}
