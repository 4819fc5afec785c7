/** Whether a text is an address on the web, and no path. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text)
}

/**
 * An address as it may be shown and written down: without user, password and fragment, and without what its query says,
 * where tokens are.
 */
export function shownAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const { origin, pathname, search, host, protocol } = new URL(address)
  return `${origin === 'null' ? `${protocol}//${host}` : origin}${pathname}${search === '' ? '' : '?…'}`
}

/** The same in a text that may hold addresses among others: `--backbone a+https://…`. */
export function withoutSecrets(text: string): string {
  return text.replace(/https?:\/\/[^\s"']+/gi, shownAddress)
}

/** What a server asks for that the address has a user and a password of (RFC 7617). */
export function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const pair = `${decoded(username)}:${decoded(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
