import { signal } from '@preact/signals'

export type CameraState = 'off' | 'starting' | 'on' | 'none' | 'refused' | 'busy'

export const camera = signal<CameraState>('off')
export const stream = signal<MediaStream | null>(null)
export const devices = signal<readonly MediaDeviceInfo[]>([])
/** Pictures of front cameras are shown as in a mirror; what is taken is not mirrored. */
export const mirrored = signal(true)

/** What each state without pictures means, and what helps. */
export const CAMERA_TROUBLE: Partial<Record<CameraState, string>> = {
  none: 'No camera was found. Plug one in, or add pictures as files.',
  refused: 'The browser may not use the camera. Allow it beside the address, then try again. Files work meanwhile.',
  busy: 'Another program uses the camera. Close that one, then try again. Files work meanwhile.',
}

const FAILURES: Readonly<Record<string, CameraState>> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
}

/** Asks for the camera; once is enough. @param deviceId another one than the browser would take */
export async function startCamera(deviceId?: string): Promise<boolean> {
  if (camera.value === 'on' && deviceId === undefined) return true
  if (camera.value === 'starting') return false
  stopCamera()
  camera.value = 'starting'
  try {
    const video = { width: { ideal: 1280 }, height: { ideal: 720 }, ...(deviceId && { deviceId: { exact: deviceId } }) }
    if (!navigator.mediaDevices) throw new DOMException('', 'NotFoundError')
    const got = await navigator.mediaDevices.getUserMedia({ video, audio: false })
    const [track] = got.getVideoTracks()
    mirrored.value = track?.getSettings().facingMode !== 'environment'
    track?.addEventListener('ended', () => {
      stopCamera()
      camera.value = 'none'
    })
    source.srcObject = got
    await source.play()
    stream.value = got
    camera.value = 'on'
    const all = await navigator.mediaDevices.enumerateDevices()
    devices.value = all.filter(({ kind }) => kind === 'videoinput')
    return true
  } catch (error) {
    camera.value = FAILURES[error instanceof Error ? error.name : ''] ?? 'busy'
    return false
  }
}

export function stopCamera(): void {
  for (const track of stream.value?.getTracks() ?? []) track.stop()
  stream.value = null
  camera.value = 'off'
}

/** Frames are taken from this one, whatever is shown where. */
const source = Object.assign(document.createElement('video'), { muted: true, playsInline: true })
const canvas = document.createElement('canvas')
const small = Object.assign(document.createElement('canvas'), { width: 16, height: 16 })

/** The newest frame as a JPEG, its longer side at most `side` pixels. */
export async function frame(side: number, quality: number): Promise<Blob | null> {
  const { videoWidth: width, videoHeight: height } = source
  if (camera.value !== 'on' || width === 0) return null
  const scale = Math.min(1, side / Math.max(width, height))
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  canvas.getContext('2d')!.drawImage(source, 0, 0, canvas.width, canvas.height)
  return new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', quality))
}

/** Sixteen by sixteen grey values of the newest frame, to see whether it is another one than the last. */
export function signature(): Uint8Array {
  const context = small.getContext('2d', { willReadFrequently: true })!
  context.drawImage(source, 0, 0, 16, 16)
  const { data } = context.getImageData(0, 0, 16, 16)
  return Uint8Array.from({ length: 256 }, (_, at) => (data[at * 4]! + 2 * data[at * 4 + 1]! + data[at * 4 + 2]!) / 4)
}

/** Mean difference of two signatures, from 0 to 255. */
export function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length
}
