// Classifies pictures and what a camera sees. ITC_MODEL is the model, from page-model.js and page-weights-….js.
import { cameras, cameraTrouble, opened } from './camera.js'
import { loadModel } from './model.js'

const { ITC_MODEL } = globalThis
const SHOWN = 5
/** Canvases end somewhere between this and twice as much, and no network sees more than a small part of it. */
const LARGEST_SIDE = 4096

const element = id => document.getElementById(id)
const [about, trust, loading, stage, drop, file, picture] = [
  'about',
  'trust',
  'loading',
  'stage',
  'drop',
  'file',
  'picture',
].map(element)
const [camera, choice, another, note, answer, remark, scoreList, many] = [
  'camera',
  'choice',
  'another',
  'note',
  'answer',
  'remark',
  'scores',
  'many',
].map(element)
const nameOf = label => label.replaceAll('_', ' ')
const percentOf = score => `${(score * 100).toFixed(1)}\u202f%`

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

const ranked = scores =>
  ITC_MODEL.labels.map((label, i) => ({ label, score: scores[i] })).sort((a, b) => b.score - a.score)

function show({ scores, unfamiliar }) {
  const best = ranked(scores)
  const text = unfamiliar ? 'None of these?' : nameOf(best[0].label)
  answer.hidden = false
  if (answer.textContent !== text) answer.textContent = text
  answer.dataset.unfamiliar = unfamiliar ? 'yes' : ''
  const caution = unfamiliar
    ? `It is unlike anything learnt, so that scores mean little; the nearest is ${nameOf(best[0].label)}.`
    : ''
  if (remark.textContent !== caution) remark.textContent = caution
  scoreList.classList.toggle('faint', unfamiliar)
  const items = best.slice(0, SHOWN).map(({ label, score }) => {
    const item = document.createElement('li')
    item.style.setProperty('--share', score)
    Object.assign(item.dataset, { label, score })
    item.append(spanOf(nameOf(label)), spanOf(percentOf(score)))
    return item
  })
  scoreList.replaceChildren(...items)
}

function spanOf(text, className = '') {
  return Object.assign(document.createElement('span'), { textContent: text, className })
}

function fail(text) {
  turn++
  // What was shown before is not what this is about.
  picture.hidden = true
  drop.hidden = false
  answer.hidden = false
  answer.textContent = text
  answer.dataset.unfamiliar = ''
  remark.textContent = ''
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
  choice.hidden = true
}

async function startCamera(guess, deviceId) {
  const own = await opened(deviceId)
  stopCamera()
  stream = own
  camera.textContent = 'Stop the camera'
  another.hidden = false
  note.textContent = ''
  own.getVideoTracks()[0]?.addEventListener('ended', () => {
    if (stream !== own) return
    stopCamera()
    note.textContent = 'The camera was taken away: it was unplugged, or another program has it.'
  })
  const video = Object.assign(document.createElement('video'), { srcObject: own, muted: true, playsInline: true })
  await video.play()
  await offerCameras(own)
  while (stream === own) {
    const told = await guess(drawn(video, video.videoWidth, video.videoHeight))
    if (stream === own) show(told)
    await new Promise(requestAnimationFrame)
  }
}

/** A list to choose from, where there are several. */
async function offerCameras(own) {
  const all = await cameras()
  const used = own.getVideoTracks()[0]?.getSettings().deviceId
  choice.replaceChildren(
    ...all.map(
      ({ deviceId, label }, at) => new Option(label || `Camera ${at + 1}`, deviceId, false, deviceId === used),
    ),
  )
  choice.hidden = all.length < 2
}

async function classifyFile(guess, chosen) {
  stopCamera()
  const mine = turn
  let bitmap
  try {
    bitmap = await createImageBitmap(chosen)
  } catch {
    fail('This browser can’t open that file as a picture.')
    return undefined
  }
  another.hidden = false
  const told = await guess(drawn(bitmap, bitmap.width, bitmap.height))
  bitmap.close()
  if (mine !== turn) return undefined
  show(told)
  return told
}

/** Names one picture after another, and lists them below with a small one of each; a click shows it again. */
async function classifyAll(guess, files) {
  many.replaceChildren()
  many.hidden = files.length < 2
  for (const [at, chosen] of files.entries()) {
    note.textContent = files.length < 2 ? '' : `${at + 1} of ${files.length}`
    const before = turn + 1 // stopping the camera counts as one
    const told = await classifyFile(guess, chosen)
    if (files.length < 2) return
    if (told === undefined && turn > before + 1) return // something else was asked for
    many.append(entryOf(chosen, told))
  }
  note.textContent = `${files.length} pictures`
}

function entryOf(chosen, told) {
  const item = document.createElement('li')
  const button = Object.assign(document.createElement('button'), { type: 'button' })
  if (told) {
    const small = Object.assign(document.createElement('canvas'), { width: 96, height: 96 })
    const scale = 96 / Math.max(picture.width, picture.height)
    const [wide, high] = [picture.width * scale, picture.height * scale]
    small.getContext('2d').drawImage(picture, (96 - wide) / 2, (96 - high) / 2, wide, high)
    button.append(small)
    button.addEventListener('click', () => {
      createImageBitmap(chosen).then(bitmap => {
        stopCamera()
        drawn(bitmap, bitmap.width, bitmap.height)
        bitmap.close()
        show(told)
      })
    })
  } else button.disabled = true
  const [best] = told ? ranked(told.scores) : []
  const said = told ? (told.unfamiliar ? 'none of these?' : nameOf(best.label)) : 'no picture'
  button.append(spanOf(said, 'said'))
  if (told && !told.unfamiliar) button.append(spanOf(percentOf(best.score)))
  button.append(spanOf(chosen.name, 'name'))
  item.append(button)
  return item
}

function listen(guess) {
  const classify = files => {
    const chosen = [...files]
    if (chosen.length > 0) classifyAll(guess, chosen).catch(error => fail(error.message))
  }
  file.addEventListener('change', () => classify(file.files))
  another.addEventListener('click', () => {
    file.value = ''
    file.click()
  })
  for (const event of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(event, given => {
      given.preventDefault()
      stage.classList.toggle('over', event === 'dragover')
      if (event === 'drop') classify(given.dataTransfer.files)
    })
  }
  document.addEventListener('paste', given => classify(given.clipboardData.files))
  const start = deviceId =>
    startCamera(guess, deviceId).catch(error => {
      stopCamera()
      note.textContent = cameraTrouble(error)
    })
  camera.addEventListener('click', () => (stream ? stopCamera() : start()))
  choice.addEventListener('change', () => start(choice.value))
  for (const control of [file, camera]) control.disabled = false
  camera.hidden = false
}

function introduce({ labels, accuracy }) {
  const names = labels.map(nameOf)
  const some = names.length > 12 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ')
  about.textContent = `Tells apart: ${some}.`
  trust.textContent = accuracy ?? ''
}

loadModel((what, share) => {
  about.textContent = `${what} …`
  loading.value = share
})
  .then(guess => {
    listen(guess)
    introduce(ITC_MODEL)
    document.body.dataset.ready = 'yes'
  })
  .catch(error => {
    about.textContent = `The classifier can’t be loaded: ${error.message}.`
    drop.hidden = true
  })
  .finally(() => {
    loading.hidden = true
  })
