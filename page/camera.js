const { navigator } = globalThis

/** A stream of a camera: the one asked for, else the one at a phone's back. */
export async function opened(deviceId) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('', 'SecurityError')
  const video = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'environment' }
  return navigator.mediaDevices.getUserMedia({ video })
}

export async function cameras() {
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices.filter(({ kind }) => kind === 'videoinput')
}

const TROUBLES = {
  NotAllowedError:
    'The camera was refused. Allow it where the browser shows the page’s address, then choose “Use the camera” again.',
  NotFoundError: 'No camera was found. Plug one in, or choose a picture instead.',
  OverconstrainedError: 'That camera is not there any more. Choose another.',
  NotReadableError: 'The camera is in use by another program. Close that one, then try again.',
  SecurityError:
    'Browsers give a camera only to pages whose address begins with https, or that lie on this device. Choose a picture instead: a phone offers its camera there.',
}

/** What to do about a camera that can't be had. */
export function cameraTrouble(error) {
  return TROUBLES[error.name] ?? `The camera can’t be used: ${error.message || error.name}`
}
