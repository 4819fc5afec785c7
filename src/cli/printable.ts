/** A file's name as a line can show it: no line breaks, and nothing that a terminal takes for a command. */
export function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be shown
  return name.replace(/[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** A label as people read it. */
export function shown(label: string): string {
  return printable(label.replaceAll('_', ' '))
}
