/**
 * Where libtensorflow comes from when tfjs-node's own download host is out of reach: artifacts of the ordinary package
 * registries that hold the same library, each fetched by name through its registry's own client.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { firstProgram, lastLines, ProvisionError, run } from './programs.mjs'
import { extract } from './unzip.mjs'

export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']

const SOURCES = [
  {
    name: 'the Maven artifact org.tensorflow:tensorflow-core-api:0.5.0 (TensorFlow 2.10.1, 117 MB)',
    sha256: 'f394c5be26c8f3b644cdc77e6741b2cfe774caa8aedeb969c50e074444feac55',
    members: LIBRARIES.map(name => `org/tensorflow/internal/c_api/linux-x86_64/${name}`),
    client: () => firstProgram('mvn'),
    command: folder => [
      '-B',
      '-q',
      'dependency:copy',
      '-Dartifact=org.tensorflow:tensorflow-core-api:0.5.0:jar:linux-x86_64',
      `-DoutputDirectory=${folder}`,
    ],
  },
  {
    name: 'the PyPI wheel tensorflow-cpu 2.15.1 (207 MB)',
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
    members: LIBRARIES.map(name => `tensorflow/${name}`),
    client: () => firstProgram('pip3', 'pip'),
    // The wheel's Python need not be the one that runs pip: only the library inside is used.
    command: folder => [
      'download',
      ...['--no-deps', '--only-binary=:all:', '--python-version=3.11', '--platform=manylinux2014_x86_64'],
      ...['--disable-pip-version-check', '--quiet', `--dest=${folder}`, 'tensorflow-cpu==2.15.1'],
    ],
  },
]

/** What of the sources' clients is on PATH, for telling what is missing before anything is fetched. */
export function usableSources() {
  return SOURCES.filter(source => source.client() !== undefined)
}

/**
 * Puts libtensorflow's two files into `target`, from `from` (an artifact that somebody fetched by hand) or from the first
 * source that answers. `scratch` takes the downloads.
 *
 * @throws {ProvisionError} when no source gives an archive with the recorded checksum
 */
export async function obtainLibrary({ target, scratch, from, say }) {
  await mkdir(target, { recursive: true })
  if (from !== undefined) return await unpack(from, SOURCES, target)
  const failures = []
  for (const [index, source] of usableSources().entries()) {
    const folder = join(scratch, `source-${index}`)
    await mkdir(folder, { recursive: true })
    say(`Fetching libtensorflow from ${source.name}, with ${source.client()}.`)
    try {
      const { code, output } = await run(source.client(), source.command(folder))
      if (code !== 0) throw new ProvisionError(`${source.client()} failed (exit code ${code}):\n${lastLines(output)}`)
      const [file] = await readdir(folder)
      if (file === undefined) throw new ProvisionError(`${source.client()} left no file.`)
      return await unpack(join(folder, file), [source], target)
    } catch (error) {
      if (!(error instanceof ProvisionError)) throw error
      say(`That did not work. ${error.message}`)
      failures.push(source.name)
    }
  }
  throw new ProvisionError(
    `libtensorflow could not be fetched from ${failures.join(', nor from ')}. ` +
      'Fetch one of them on another machine and pass it: --from FILE.',
  )
}

async function unpack(archive, sources, target) {
  const digest = await sha256(archive)
  const source = sources.find(each => each.sha256 === digest)
  if (source === undefined) {
    const expected = sources.map(each => each.sha256).join(' or ')
    throw new ProvisionError(
      `${basename(archive)} has sha256 ${digest} where ${expected} was expected; it is not used.`,
    )
  }
  await extract(archive, source.members, target)
}

async function sha256(path) {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk)
  } catch (error) {
    throw new ProvisionError(`${path} cannot be read: ${error.message}.`)
  }
  return hash.digest('hex')
}
