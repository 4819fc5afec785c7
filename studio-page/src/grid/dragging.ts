import { signal } from '@preact/signals'

/** Pictures that are being dragged to a category. */
export const dragging = signal<readonly number[]>([])
