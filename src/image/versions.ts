/**
 * Versions of the decoder and of the library in it.
 *
 * @throws what loading them throws: this file may be imported where they are broken
 */
export async function decoderVersions(): Promise<{ readonly sharp: string; readonly libvips: string }> {
  const { default: sharp } = await import('sharp')
  return { sharp: sharp.versions.sharp ?? 'of unknown version', libvips: sharp.versions.vips }
}
