/**
 * Calls back when something changes below folders, as far as the system tells; network shares and full watch tables
 * don't. So it is never all that is relied on.
 *
 * @returns ends it
 */
export async function watchChanges(
  folders: readonly string[],
  changed: (path: string) => void,
  { polling = false }: { readonly polling?: boolean } = {},
): Promise<() => Promise<void>> {
  const { watch } = await import('chokidar')
  const watcher = watch([...folders], {
    ignoreInitial: true,
    usePolling: polling,
    // Studio's own, and what systems strew about; hidden files are no pictures.
    ignored: path => /[/\\]\.[^/\\]*$/.test(path),
  })
  watcher.on('all', (_event, path) => changed(path))
  watcher.on('error', () => undefined) // ENOSPC of inotify, a share that went: the looks in between must do
  return () => watcher.close()
}
