/** What a table has under a name that came from a file; `constructor` and `__proto__` are entries of none. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
