import { dirname } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { readJson } from '../disk/json.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { unexpected } from '../errors.ts'
import * as is from '../schema.ts'
import type { Settings } from './api.ts'

const DEFAULTS: Settings = {
  keys: {},
  shortcuts: true,
  captureRate: 5,
  countdown: 0,
  tileSize: 160,
  noticed: false,
}

const key = is.satisfying(is.text, ({ length }) => length === 1, 'is no key')

/** What each setting may be. */
const SCHEMAS: { readonly [K in keyof Settings]: is.Schema } = {
  keys: is.satisfying(is.dictionary(key), keys => Object.keys(keys).length <= 1000, 'is too long'),
  shortcuts: is.flag,
  captureRate: is.between(1, 10),
  countdown: is.between(0, 10),
  tileSize: is.between(80, 320),
  noticed: is.flag,
}

function isSetting(name: string, value: unknown): boolean {
  return Object.hasOwn(SCHEMAS, name) && is.fits(SCHEMAS[name as keyof Settings], value)
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
    const given = Object.entries(this.#text).filter(([name, value]) => isSetting(name, value))
    return { ...DEFAULTS, ...Object.fromEntries(given) }
  }

  /** @throws UserError for a value that is none */
  async change(given: Readonly<Record<string, unknown>>): Promise<Settings> {
    for (const [name, value] of Object.entries(given)) {
      if (!Object.hasOwn(SCHEMAS, name)) {
        throw unexpected('settings', `one of ${Object.keys(SCHEMAS).join(', ')}`, name)
      }
      if (!isSetting(name, value)) throw unexpected(name, 'another value', JSON.stringify(value))
    }
    this.#text = { ...(await read(this.#path)), ...given } // `itc next` writes there too
    await makeFolder(dirname(this.#path))
    await writeAtomic(this.#path, `${JSON.stringify(this.#text, undefined, 2)}\n`)
    return this.settings
  }
}

async function read(path: string): Promise<Record<string, unknown>> {
  return (await readJson(path, is.anyObject)) ?? {}
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
