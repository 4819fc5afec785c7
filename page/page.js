// Classifies pictures and what a camera sees. `tf` is TensorFlow.js; ITC_MODEL is the model, from page-model.js.
const { tf, ITC_MODEL } = globalThis
const SHOWN = 5
/** Canvases end somewhere between this and twice as much, and no network sees more than a small part of it. */
const LARGEST_SIDE = 4096

const element = id => document.getElementById(id)
const [about, stage, drop, file, invite, picture] = ['about', 'stage', 'drop', 'file', 'invite', 'picture'].map(element)
const [camera, another, answer, scoreList] = ['camera', 'another', 'answer', 'scores'].map(element)
const nameOf = label => label.replaceAll('_', ' ')

/** Resolves to a function from pixels {data, width, height} to scores. */
async function load() {
  if (!tf || !ITC_MODEL) throw new Error('tf.min.js and page-model.js must lie beside this page')
  const { artifacts, weights, inputs, output } = ITC_MODEL
  const backend = await tf.setBackend('webgl').catch(() => false)
  if (!backend) await tf.setBackend('cpu')
  const model = await tf.loadGraphModel(tf.io.fromMemory({ ...artifacts, weightData: decoded(weights) }))
  const scoresOf = async pixels => {
    const result = tf.tidy(() => {
      const feeds = inputs.map(({ name, size, ...fit }) => {
        return [name, tf.tensor(squared(pixels, size, fit), [1, size, size, 3], 'float32')]
      })
      return model.execute(Object.fromEntries(feeds), output)
    })
    const scores = await result.data()
    result.dispose()
    return scores
  }
  // The first run makes the graphics processor's programs.
  await scoresOf({ data: new Uint8ClampedArray(4), width: 1, height: 1 })
  return scoresOf
}

function decoded(base64) {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes.buffer
}

/** RGBA pixels of any shape as [size, size, 3], fitted as they were for training. */
function squared(pixels, size, { resize, mean }) {
  const { width, height } = pixels
  if (resize === 'stretch') return resized(pixels, [0, 0, width, height], size, size)
  if (resize === 'crop') {
    const side = Math.min(width, height)
    return resized(pixels, [(width - side) >> 1, (height - side) >> 1, side, side], size, size)
  }
  const scale = size / Math.max(width, height)
  const [wide, high] = [width, height].map(side => Math.max(1, Math.round(side * scale)))
  const inner = resized(pixels, [0, 0, width, height], wide, high)
  const square = new Float32Array(size * size * 3).map((_, i) => Math.round(mean[i % 3]))
  const [left, top] = [(size - wide) >> 1, (size - high) >> 1]
  for (let row = 0; row < high; row++) {
    square.set(inner.subarray(row * wide * 3, (row + 1) * wide * 3), ((top + row) * size + left) * 3)
  }
  return square
}

/** Part of a picture at another size: a weighted mean of the pixels below each new one, as in training. */
function resized({ data, width }, [left, top, wide, high], toWidth, toHeight) {
  const across = taps(wide, toWidth)
  const down = taps(high, toHeight)
  const rows = new Float32Array(high * toWidth * 3)
  for (let y = 0, out = 0; y < high; y++) {
    const start = (top + y) * width + left
    for (const { from, weights } of across) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (let i = 0; i < weights.length; i++) sum += weights[i] * data[(start + from + i) * 4 + channel]
        rows[out++] = sum
      }
    }
  }
  const result = new Float32Array(toHeight * toWidth * 3)
  const stride = toWidth * 3
  for (const [y, { from, weights }] of down.entries()) {
    for (let x = 0; x < stride; x++) {
      let sum = 0
      for (let i = 0; i < weights.length; i++) sum += weights[i] * rows[(from + i) * stride + x]
      result[y * stride + x] = Math.round(sum)
    }
  }
  return result
}

/** For each new place, where its neighbours begin and what each weighs: a triangle, as wide as the shrinking needs. */
function taps(length, toLength) {
  const scale = length / toLength
  const reach = Math.max(1, scale)
  return Array.from({ length: toLength }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5
    const from = Math.max(0, Math.ceil(centre - reach))
    const to = Math.min(length - 1, Math.floor(centre + reach))
    const weights = Array.from({ length: to - from + 1 }, (_, j) =>
      Math.max(0, 1 - Math.abs(from + j - centre) / reach),
    )
    const sum = weights.reduce((a, b) => a + b)
    return { from, weights: weights.map(weight => weight / sum) }
  })
}

/** Draws a picture or a frame of the camera, on white where it is transparent, and gives its pixels. */
function drawn(source, width, height) {
  const shrink = Math.min(1, LARGEST_SIDE / Math.max(width, height))
  picture.width = Math.max(1, Math.round(width * shrink))
  picture.height = Math.max(1, Math.round(height * shrink))
  const context = picture.getContext('2d', { willReadFrequently: true })
  context.fillStyle = '#fff'
  context.fillRect(0, 0, picture.width, picture.height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, 0, 0, picture.width, picture.height)
  drop.hidden = true
  picture.hidden = false
  return context.getImageData(0, 0, picture.width, picture.height)
}

function show(scores) {
  const ranked = ITC_MODEL.labels.map((label, i) => ({ label, score: scores[i] })).sort((a, b) => b.score - a.score)
  const best = nameOf(ranked[0].label)
  if (answer.textContent !== best) answer.textContent = best
  const items = ranked.slice(0, SHOWN).map(({ label, score }) => {
    const item = document.createElement('li')
    item.style.setProperty('--share', score)
    Object.assign(item.dataset, { label, score })
    const parts = [nameOf(label), `${(score * 100).toFixed(1)}\u202f%`].map(text => {
      const part = document.createElement('span')
      part.textContent = text
      return part
    })
    item.append(...parts)
    return item
  })
  scoreList.replaceChildren(...items)
}

function fail(text) {
  turn++
  answer.textContent = text
  scoreList.replaceChildren()
}

let stream
/** Counts what was asked for, so that an answer which comes late is not shown for something else. */
let turn = 0

function stopCamera() {
  turn++
  for (const track of stream?.getTracks() ?? []) track.stop()
  stream = undefined
  camera.textContent = 'Use the camera'
}

async function startCamera(scoresOf) {
  const own = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  stream = own
  camera.textContent = 'Stop the camera'
  another.hidden = false
  const video = Object.assign(document.createElement('video'), { srcObject: own, muted: true, playsInline: true })
  await video.play()
  while (stream === own) {
    const scores = await scoresOf(drawn(video, video.videoWidth, video.videoHeight))
    if (stream === own) show(scores)
    await new Promise(requestAnimationFrame)
  }
}

async function classifyFile(scoresOf, chosen) {
  if (!chosen) return
  stopCamera()
  const mine = turn
  let bitmap
  try {
    bitmap = await createImageBitmap(chosen)
  } catch {
    return fail('This browser can’t open that file as a picture.')
  }
  another.hidden = false
  const scores = await scoresOf(drawn(bitmap, bitmap.width, bitmap.height))
  bitmap.close()
  if (mine === turn) show(scores)
}

function listen(scoresOf) {
  const classify = chosen => classifyFile(scoresOf, chosen).catch(error => fail(error.message))
  file.addEventListener('change', () => classify(file.files[0]))
  another.addEventListener('click', () => {
    file.value = ''
    file.click()
  })
  for (const event of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(event, given => {
      given.preventDefault()
      stage.classList.toggle('over', event === 'dragover')
      if (event === 'drop') classify(given.dataTransfer.files[0])
    })
  }
  document.addEventListener('paste', given => {
    if (given.clipboardData.files.length > 0) classify(given.clipboardData.files[0])
  })
  camera.addEventListener('click', () => {
    if (stream) return stopCamera()
    startCamera(scoresOf).catch(error => {
      stopCamera()
      fail(`The camera can’t be used: ${error.message}`)
    })
  })
  for (const control of [file, camera]) control.disabled = false
  camera.hidden = !navigator.mediaDevices?.getUserMedia
}

function introduce({ labels }) {
  const names = labels.map(nameOf)
  const some = names.length > 12 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ')
  about.textContent = `Tells apart: ${some}.`
}

load()
  .then(scoresOf => {
    listen(scoresOf)
    introduce(ITC_MODEL)
    document.body.dataset.ready = 'yes'
  })
  .catch(error => {
    about.textContent = `The classifier can’t be loaded: ${error.message}.`
    invite.hidden = true
  })
