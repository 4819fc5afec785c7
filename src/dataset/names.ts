/** What systems, network storage and archivers leave in folders, matched in lower case. Nobody means them as pictures. */
const LEFT_OUT = new Set([
  ...['thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r', '__macosx'],
  ...['$recycle.bin', 'system volume information', 'lost+found'],
  ...['@eadir', '#recycle', '#snapshot', '@recycle', '@recently-snapshot'],
])

/** Where Windows puts what it saves of a damaged disk. */
const SAVED = /^found\.\d{3}$/i

/** Endings of files that go along with pictures. */
const SIDECARS = new Set('txt md json jsonl csv tsv xml xmp yaml yml html htm log ini aae thm py ipynb'.split(' '))

/** Endings of pictures, also of those that can't be read: a folder of them is a folder of pictures. */
const PICTURES = new Set(
  `jpg jpeg jpe jfif png webp gif tif tiff avif heic heif bmp dib pbm pgm ppm pnm tga
  jxl jp2 psd dng nef cr2 cr3 arw orf rw2 raf`.split(/\s+/),
)

/** True for what is left out without a word: hidden files and folders, and what systems strew about. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === 'RECYCLER' || LEFT_OUT.has(name.toLowerCase()) || SAVED.test(name)
}

/** True for a file that by its ending is to be a picture. */
export function isPictureName(name: string): boolean {
  return PICTURES.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
}

/** True for a file that by its ending goes along with pictures and is none. */
export function isSidecar(name: string): boolean {
  const dot = name.lastIndexOf('.')
  return dot > 0 && SIDECARS.has(name.slice(dot + 1).toLowerCase())
}

/** A file's name as text, or undefined when its bytes are not UTF-8: such a file cannot be opened by its text. */
export function decodeName(name: Uint8Array): string | undefined {
  try {
    // Not the BOM: it is part of a name.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name)
  } catch {
    return undefined
  }
}

/** The same with � for what cannot be decoded: for showing alone. */
export function showName(name: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(name)
}
