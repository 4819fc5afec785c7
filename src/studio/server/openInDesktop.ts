import open from 'open'

/** Opens an address in the browser, or a folder in the file manager; no shell has a part in it. */
export async function openInDesktop(target: string): Promise<void> {
  const child = await open(target)
  child.on('error', () => undefined) // where there is no desktop: the address is printed in any case
}
