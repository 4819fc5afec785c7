/** What there is to know of a kind of failure. */
interface Kind {
  /** What is so when it occurs. */
  readonly when: string
  /** What helps. */
  readonly remedy: string
  /** The exit code of the command line, 1 unless given. */
  readonly exit?: number
}

/**
 * Every kind of failure that a person can put right, by the stable name that programs know it by; `docs/errors.md`.
 * @internal for tests: docs/errors.md is made from it
 */
export const ERROR_CODES = {
  // Arguments and options
  E_USAGE: {
    when: 'A command, option or argument is unknown or missing.',
    remedy: 'The command with --help shows all.',
  },
  E_BAD_VALUE: { when: 'An option or argument has a value that it does not take.', remedy: 'The sentence says which.' },
  E_UNKNOWN_BACKBONE: {
    when: 'No network has that name.',
    remedy: 'Take a name from the list that is shown, or give a path or an address.',
  },
  // Folders and files
  E_NO_FOLDER: { when: 'A folder that was named is not there.', remedy: 'Check the path, or make the folder.' },
  E_NOT_A_FOLDER: { when: 'A file is where a folder is expected.', remedy: 'Give the folder.' },
  E_UNREADABLE_FOLDER: { when: 'A folder of pictures can’t be listed.', remedy: 'Check that it is yours to read.' },
  E_NO_FILE: { when: 'A network’s file, or a list, is not there or can’t be read.', remedy: 'Check the path.' },
  E_EXISTS: {
    when: 'Something is already where a file is to be written.',
    remedy: 'Choose another name or remove it; `itc explain` takes --force.',
  },
  E_GONE: { when: 'A folder is not there and can’t be made.', remedy: 'Check the path.' },
  E_DISK: { when: 'The disk reports an error.', remedy: 'Check the disk.' },
  E_DISK_FULL: {
    when: 'The disk is full, or its quota used up.',
    remedy: 'Free some space and run the command again.',
  },
  E_IN_USE: {
    when: 'Another program has a file open, or keeps its content elsewhere.',
    remedy: 'Close that program (Excel?), or have OneDrive keep the file on this device.',
  },
  E_NO_PERMISSION: { when: 'A folder may not be written into.', remedy: 'Check whose it is.' },
  E_READ_ONLY: { when: 'The disk is read-only.', remedy: 'Make it writable, or choose another folder.' },
  // Pictures to train on
  E_NO_DATA: { when: 'There is no data/ folder to train on.', remedy: 'Make it, with one folder a category in it.' },
  E_NO_CATEGORIES: {
    when: 'No category folders, or none that the model knows, are in a folder.',
    remedy: 'Put the pictures into one folder a category.',
  },
  E_ONE_CATEGORY: { when: 'There is only one category.', remedy: 'Add another: a classifier needs two.' },
  E_EMPTY_CATEGORY: {
    when: 'A category has no pictures, or none that can be used.',
    remedy: 'Put pictures into it, or remove the folder.',
  },
  E_TOO_FEW_PICTURES: {
    when: 'A category has too few different pictures to train, validate and test.',
    remedy: 'Add pictures; copies count once.',
  },
  E_SKIPPED: { when: 'With --strict, some files can’t be used.', remedy: 'Mend or remove them.' },
  E_INSIDE_DATA: { when: 'The folder for summaries lies among the pictures.', remedy: 'Choose one elsewhere.' },
  E_MIN_ACCURACY: {
    when: 'The accuracy is below what --min-accuracy asks for.',
    remedy: 'Look at the pictures that `itc doctor` lists, or add more.',
    exit: 2,
  },
  // Models
  E_NO_MODEL: { when: 'There is no model in the folder.', remedy: 'Train one: itc train.' },
  E_MODEL_DAMAGED: { when: 'A file of the model is damaged or missing.', remedy: 'Train again, which is quick.' },
  E_MODEL_UNREADABLE: { when: 'The model can’t be read.', remedy: 'Check that it is yours to read.' },
  E_MODEL_VERSION: { when: 'The model was written by a newer itc.', remedy: 'Update itc, or train again.' },
  E_OLD_MODEL: {
    when: 'A graph and its labels are not as retrain.py left them.',
    remedy: 'Put back the files of one training.',
  },
  E_DISPOSED: { when: 'A model was used after dispose().', remedy: 'Load it again, or dispose of it later.' },
  E_NO_GRAPH: { when: 'The model has no TensorFlow graph.', remedy: 'Train again, or export it as ONNX.' },
  E_LOCKED: { when: 'Another itc train is at work in the folder.', remedy: 'Wait until it ends.' },
  // Studio
  E_BAD_NAME: { when: 'A category can’t be called so on every system.', remedy: 'Choose another name.' },
  E_NAME_TAKEN: { when: 'There is a category of that name, or nearly.', remedy: 'Choose another name.' },
  E_NO_CATEGORY: { when: 'A category is no longer there.', remedy: 'It may have been renamed elsewhere; look again.' },
  E_NOT_LATEST: { when: 'What is to be taken back is not the latest change.', remedy: 'Another tab was quicker.' },
  E_NOT_FOUND: { when: 'An address of the studio leads to nothing.', remedy: 'Open the page anew.' },
  E_HOST: { when: 'The studio was asked under a name that is not its own.', remedy: 'Use the address it prints.' },
  E_FOREIGN: { when: 'Another page asked the studio.', remedy: 'Use the studio’s own page.' },
  E_TOO_LARGE: { when: 'A picture or a request is larger than the studio takes.', remedy: 'Make it smaller.' },
  E_PICTURE: { when: 'A file that was added is no picture that can be used.', remedy: 'The sentence says why.' },
  E_UPLOAD: { when: 'A picture that was added can’t be put in its place.', remedy: 'The sentence says why.' },
  E_JOURNAL: { when: 'The journal of changes can’t be read.', remedy: 'Check that the folder is yours.' },
  E_JOB_RUNNING: { when: 'Heavy work is under way already.', remedy: 'Wait until it ends, or stop it.' },
  E_UNTRAINABLE: {
    when: 'There are too few pictures or categories to train.',
    remedy: 'The sentence says what lacks.',
  },
  E_STOPPED: { when: 'Work was stopped on request.', remedy: 'Start it again; what was finished is kept.' },
  E_NO_PAGE: { when: 'The studio’s page is not built.', remedy: 'Run npm run build in a clone.' },
  E_NO_DESKTOP: { when: 'There is no file manager or browser to open.', remedy: 'Open what the sentence names.' },
  E_NO_NETWORK: { when: 'There is no local network for a phone.', remedy: 'Connect to the phone’s Wi-Fi.' },
  E_PORT: { when: 'The port is taken.', remedy: 'Choose another one.' },
  E_INTERNAL: {
    when: 'Something went wrong inside itc.',
    remedy: 'Report it; in the studio, open the page anew.',
  },
  // Naming a folder
  E_NO_SOURCE: { when: 'The folder of pictures to name is not there.', remedy: 'Check the path.' },
  E_NO_PICTURES: { when: 'There are no pictures in the source.', remedy: 'Check the path.' },
  E_DESTINATION_INSIDE: {
    when: 'The destination is the source, or one lies in the other.',
    remedy: 'Choose a folder beside it.',
  },
  E_BUSY: {
    when: 'Another itc is at work in the same place: guess-dir in a destination, studio in a folder.',
    remedy: 'Wait until it ends.',
  },
  E_RESULTS: { when: 'results.csv in the destination is not one of ours.', remedy: 'Choose another destination.' },
  E_NO_RESULTS: {
    when: 'There is nothing in the destination to take back.',
    remedy: 'Give the same folders as before.',
  },
  E_OTHER_SOURCE: {
    when: 'results.csv in the destination tells of pictures of other folders than the one to take back to.',
    remedy: 'Give the folder that it names; --from where it was renamed.',
  },
  E_OTHER_LABELS: {
    when: 'results.csv in the destination is of a model with other categories.',
    remedy: 'Choose another destination, or take that run back with --undo.',
  },
  // Stores: folders, buckets, lists of addresses
  E_STORE: {
    when: 'A store can’t be used: no such bucket, no permission, another region, no create-only writes.',
    remedy: 'The sentence says which.',
  },
  E_STORE_DOWN: { when: 'A store does not answer.', remedy: 'Run the command again later: it goes on.' },
  E_OTHER_RESULTS: {
    when: 'A folder of results or features is of the other kind, another model or network, other limits or another source.',
    remedy: 'Choose another folder.',
  },
  E_MOVED: {
    when: 'The pictures of a results folder lie in another place, to which itc results moved them.',
    remedy: 'Put them back first: itc results --undo.',
  },
  E_PART: { when: 'A part of the results is damaged.', remedy: 'Remove it and run itc guess-all again.' },
  // Queues
  E_QUEUE: {
    when: 'A queue can’t be used: another version, no permission, jobs of another model.',
    remedy: 'The sentence says which.',
  },
  E_GIVEN_UP: {
    when: 'All workers failed at some batches of a queue, each five times.',
    remedy: 'Put right what the sentence says and run the command again.',
  },
  E_QUEUE_DOWN: { when: 'A queue does not answer.', remedy: 'Check its address; run the command again.' },
  E_MISSING_PACKAGE: {
    when: 'An optional package is not installed.',
    remedy: 'Install it with the line that is shown.',
  },
  // Networks
  E_NOT_A_GRAPH: { when: 'A file is not a network.', remedy: 'Give a GraphDef, TF.js model, SavedModel or ONNX file.' },
  E_BAD_GRAPH: { when: 'A network is damaged, or uses what is not supported.', remedy: 'Get the file again.' },
  E_BAD_ARCHIVE: { when: 'An archive can’t be used.', remedy: 'Get it again, or unpack it and give the graph in it.' },
  E_NOT_FROZEN: { when: 'The weights of a graph are not in it.', remedy: 'Freeze it with TensorFlow.' },
  E_INPUTS: { when: 'A graph has several inputs.', remedy: 'Choose one with --input.' },
  E_NO_INPUT: { when: 'A graph has no input that takes pictures.', remedy: 'Name the node with --input.' },
  E_NO_NODE: { when: 'A graph has no node of that name.', remedy: 'Take a name from those shown.' },
  E_NO_POOLING: {
    when: 'A graph has no global pooling, or a bottleneck is not the average of a feature map.',
    remedy: 'Name the node with --bottleneck, or take another network.',
  },
  E_NO_LENGTH: {
    when: 'How many features a node gives can’t be told.',
    remedy: 'Name another with --bottleneck.',
  },
  E_UNSUPPORTED_OP: { when: 'A graph has an op that itc does not know.', remedy: 'Try --engine tensorflow.' },
  E_DOWNLOAD: { when: 'A network can’t be downloaded.', remedy: 'Fetch it by other means and put it where is said.' },
  E_CHECKSUM: { when: 'A downloaded file has the wrong checksum.', remedy: 'Download it again.' },
  E_DAMAGED: { when: 'A network that comes with itc is damaged.', remedy: 'Install itc again.' },
  E_CACHE_FOLDER: {
    when: 'The folder for downloaded networks can’t be written.',
    remedy: 'Set ITC_CACHE to a folder with room that you may write to.',
  },
  // The machine
  E_NOT_INSTALLED: { when: 'A library that itc is made of is missing or broken.', remedy: 'Install itc again.' },
  E_MEMORY: {
    when: 'A limit (cgroup) leaves too little memory for a training.',
    remedy: 'Give the container or service more.',
  },
  E_ENGINE: { when: 'What is to run networks does not load.', remedy: 'Ask itc doctor.' },
  E_ENGINE_FORMAT: { when: 'An engine does not run networks of that format.', remedy: 'Take the other --engine.' },
  E_CACHE: {
    when: 'The cache of bottlenecks can’t be opened or written.',
    remedy: 'Check that its folder can be written and its disk has room; it may be deleted.',
  },
} as const satisfies Readonly<Record<string, Kind>>

export type ErrorCode = keyof typeof ERROR_CODES

/** The command line's exit code for a kind of failure. */
export function exitCodeOf(code: ErrorCode): number {
  const kind: Kind = ERROR_CODES[code]
  return kind.exit ?? 1
}
