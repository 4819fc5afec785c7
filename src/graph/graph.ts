/** Placeholder until the graph room lands. */
export interface Graph {
  readonly nodes: readonly unknown[]
}
