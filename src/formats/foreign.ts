/** A kind of file that holds a network which is not read here, and how it becomes one that is. */
export interface ForeignKind {
  /** What it is, to follow "it is": "a Keras model (HDF5)". */
  readonly what: string
  /** One sentence with the command. */
  readonly remedy: string | undefined
}

const KERAS =
  `Convert it with Keras in Python: keras.models.load_model("FILE").export("saved_model"), and give the folder saved_model; ` +
  'or, from Teachable Machine, export it again as TensorFlow.js.'
const TFLITE =
  'Convert it to ONNX: pip install tf2onnx tensorflow, then python -m tf2onnx.convert --tflite FILE --output model.onnx; ' +
  'or, from Teachable Machine, export it again as TensorFlow.js.'
const PYTORCH =
  'Convert it to ONNX in Python: torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), "model.onnx").'

const HDF5: ForeignKind = { what: 'a Keras model (HDF5)', remedy: KERAS }
const KERAS_ZIP: ForeignKind = { what: 'a Keras 3 model (.keras)', remedy: KERAS }
const LITE: ForeignKind = { what: 'a TensorFlow Lite model', remedy: TFLITE }
const TORCH: ForeignKind = { what: 'a PyTorch model', remedy: PYTORCH }
const PICTURE: ForeignKind = { what: 'a picture', remedy: undefined }

const BINARY: readonly [magic: string, kind: ForeignKind][] = [
  ['\x89HDF', HDF5],
  ['\x80\x02', { what: 'a Python pickle, such as a PyTorch model', remedy: PYTORCH }],
  ['\xff\xd8\xff', PICTURE],
  ['\x89PNG', PICTURE],
  ['GIF8', PICTURE],
  ['BZh', { what: 'packed by bzip2', remedy: 'Unpack it first.' }],
  ['\xfd7zXZ', { what: 'packed by xz', remedy: 'Unpack it first.' }],
]
/** What the first file in a ZIP is called, behind its header of 30 bytes. */
const ZIPPED: readonly [name: RegExp, kind: ForeignKind][] = [
  [/^(metadata|config)\.json|^model\.weights/, KERAS_ZIP],
  [/^[^/]+\/(data\.pkl|\.format_version|version|byteorder)/, TORCH],
]

/** What a file is, by its first 64 bytes as latin1; undefined for what may be a network. */
export function foreignKind(head: string): ForeignKind | undefined {
  if (head.slice(4, 8) === 'TFL3') return LITE
  if (head.startsWith('PK\x03\x04')) {
    const zipped = ZIPPED.find(([name]) => name.test(head.slice(30)))
    return zipped?.[1] ?? { what: 'a ZIP file', remedy: 'Unpack it, and give the network that is in it.' }
  }
  return BINARY.find(([magic]) => head.startsWith(magic))?.[1]
}

/** Endings of such files, of which the first in a folder is named where the folder has no network. */
export const FOREIGN_FILE = /\.(h5|hdf5|keras|tflite|pt|pth)$/i

/** The kind that a file's name speaks of. */
export function foreignByName(name: string): ForeignKind | undefined {
  const ending = FOREIGN_FILE.exec(name)?.[1]?.toLowerCase()
  if (ending === undefined) return undefined
  return { keras: KERAS_ZIP, tflite: LITE, pt: TORCH, pth: TORCH }[ending] ?? HDF5
}
