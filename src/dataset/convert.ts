import { quoted } from '../text.ts'

/**
 * The command that converts every file of an ending in a folder, and in those in it, to JPEG: by what comes with macOS, by
 * ImageMagick elsewhere. The new files lie beside the old ones under names of their own, `1.heic.jpg`, so that none is
 * overwritten.
 *
 * @param ending without a dot, of letters and digits alone
 * @returns what to type; on Windows in PowerShell
 */
export function convertCommand(folder: string, ending: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') {
    const path = `'${folder.replaceAll("'", "''")}'`
    return `Get-ChildItem -LiteralPath ${path} -Recurse -Filter *.${ending} | ForEach-Object { magick $_.FullName ($_.FullName + '.jpg') }`
  }
  const convert = platform === 'darwin' ? 'sips -s format jpeg "$1" --out "$1.jpg"' : 'convert "$1" "$1.jpg"'
  const path = folder.startsWith('-') ? `./${folder}` : folder
  return `find ${quoted(path, platform)} -iname '*.${ending}' -exec sh -c '${convert}' _ {} \\;`
}

/** What the command needs, where it does not come with the system. */
export function converterNeeded(platform: NodeJS.Platform = process.platform): string | undefined {
  return platform === 'darwin' ? undefined : 'ImageMagick'
}
