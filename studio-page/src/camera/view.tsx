import { useEffect, useRef } from 'preact/hooks'
import { CAMERA_TROUBLE, camera, devices, mirrored, startCamera, stopCamera, stream } from './camera.ts'

/** What the camera sees, or how to start it. */
export function CameraView() {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (video.current) video.current.srcObject = stream.value
  }, [stream.value])
  const trouble = CAMERA_TROUBLE[camera.value]
  if (stream.value === null) {
    return (
      <div class="camera off">
        {trouble && <p role="alert">{trouble}</p>}
        <button type="button" disabled={camera.value === 'starting'} onClick={() => void startCamera()}>
          {camera.value === 'starting' ? 'Starting …' : trouble ? 'Try again' : 'Start the camera'}
        </button>
      </div>
    )
  }
  return (
    <div class="camera">
      <video ref={video} class={mirrored.value ? 'mirrored' : ''} autoplay muted playsInline aria-label="Camera" />
      <div class="camera-tools">
        {devices.value.length > 1 && (
          <select aria-label="Which camera" onChange={event => void startCamera(event.currentTarget.value)}>
            {devices.value.map(({ deviceId, label }, at) => (
              <option key={deviceId} value={deviceId}>
                {label || `Camera ${at + 1}`}
              </option>
            ))}
          </select>
        )}
        <button type="button" class="quiet" onClick={stopCamera}>
          Stop the camera
        </button>
      </div>
    </div>
  )
}
