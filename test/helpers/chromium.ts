import { existsSync } from 'node:fs'

/** Where Chromium is on this machine; undefined where there is none. */
export const chromiumPath = [
  process.env.ITC_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
  .filter(path => path !== undefined)
  .find(path => existsSync(path))
