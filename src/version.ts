import { readFileSync } from 'node:fs'

const { version, engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
  readonly engines: { readonly node: string }
}

/** The package's own version. */
export const VERSION: string = version

/** The oldest Node.js that works, such as 20.19. */
export const NEEDED_NODE: string = engines.node.replace('>=', '')
