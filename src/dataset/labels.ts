/** Each picture's category as its place in `categories`, [pictures]. */
export function labelNumbers(
  pictures: readonly { readonly label: string }[],
  categories: readonly string[],
): Int32Array {
  const numbers = new Map(categories.map((category, index) => [category, index]))
  return Int32Array.from(pictures, ({ label }) => numbers.get(label)!)
}
