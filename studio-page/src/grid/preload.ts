import { useEffect } from 'preact/hooks'

/** Fetches and decodes the picture that comes next, so that it is there when its turn comes. */
export function usePreloaded(address: string | undefined): void {
  useEffect(() => {
    if (address === undefined) return
    const image = new Image()
    image.src = address
    image.decode().catch(() => undefined) // what can't be read is said when it is shown
  }, [address])
}
