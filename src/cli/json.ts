import { failureJson } from './failure.ts'
import { SCHEMA } from './schema.ts'
import type { Terminal } from './terminal.ts'

type Output = Pick<Terminal, 'out'>

/** Prints what a command found as one JSON document. */
export function printJson({ out }: Output, found: object): void {
  out(JSON.stringify({ schema: SCHEMA, ...found }, null, 2))
}

/** Prints one of many things, or an event, as a line of JSON. */
export function printJsonLine({ out }: Output, found: object): void {
  out(JSON.stringify({ schema: SCHEMA, ...found }))
}

/**
 * One JSON document with a list, written item by item, so that 100,000 of them need no memory. It is whole whatever
 * happens: `complete` tells whether the list is.
 */
export class JsonList {
  readonly #out: Terminal['out']
  #last: string | undefined

  /** @param name of the list in the document */
  constructor({ out }: Output, name: string) {
    this.#out = out
    out(`{"schema": ${SCHEMA}, "${name}": [`)
  }

  add(item: object): void {
    if (this.#last !== undefined) this.#out(`${this.#last},`)
    this.#last = `  ${JSON.stringify(item)}`
  }

  /** @param rest what follows the list */
  end(complete: boolean, rest: object = {}): void {
    if (this.#last !== undefined) this.#out(this.#last)
    const members = JSON.stringify(rest).slice(1, -1)
    this.#out(`], "complete": ${complete}${members === '' ? '' : `, ${members}`}}`)
  }

  /** Ends the document where the run was broken off. */
  broken(error: unknown): void {
    this.end(false, failureJson(error))
  }
}
