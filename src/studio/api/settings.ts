// PUT api/settings {Partial<Settings>} → Settings

export interface Settings {
  /** Category → key. Others get the free digits in the order of their names. */
  readonly keys: Readonly<Record<string, string>>
  /** Whether single keys do anything (WCAG 2.1.4). */
  readonly shortcuts: boolean
  /** Pictures a second while recording, 1 to 10. */
  readonly captureRate: number
  /** Seconds of countdown before recording, 0 to 10. */
  readonly countdown: number
  /** Side of a tile in pixels, 80 to 320. */
  readonly tileSize: number
  readonly noticed: boolean
}
