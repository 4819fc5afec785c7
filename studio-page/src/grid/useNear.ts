import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** How far below what is in sight something is made ready. */
const AHEAD = '200px'

/** True from the first time that an element comes near what is in sight. */
export function useNear(element: RefObject<Element | null>): boolean {
  const [near, setNear] = useState(false)
  useEffect(() => {
    const observer = new IntersectionObserver(
      entries => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return
        observer.disconnect()
        setNear(true)
      },
      { rootMargin: AHEAD },
    )
    if (element.current) observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return near
}
