import { readFileSync } from 'node:fs'
import { validate } from 'dockerfile-utils'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const page = read('docs/scale.md')
const documents = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].flatMap(([, text]) =>
  [parseAllDocuments(text!, { strict: true, uniqueKeys: true })].flat(),
)
const [compose, job] = documents.map(document => ('toJS' in document ? document.toJS() : undefined)) as [Compose, Job]

interface Compose {
  readonly services: Readonly<Record<string, { command: string; volumes?: string[]; stop_grace_period?: string }>>
  readonly volumes: object
}

interface Named {
  readonly name: string
}

interface Job {
  readonly spec: {
    readonly completionMode: string
    readonly completions: number
    readonly template: {
      readonly spec: {
        readonly containers: readonly { args: string[]; volumeMounts: Named[] }[]
        readonly volumes: Named[]
      }
    }
  }
}

it('docs/scale.md holds YAML that a parser takes', () => {
  expect(documents).toHaveLength(2)
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
})

it('its queue keeps what it was given, and its workers finish their batch', () => {
  const { queue, worker } = compose.services
  for (const flag of ['--appendonly yes', '--appendfsync everysec', '--maxmemory-policy noeviction']) {
    expect(queue!.command).toContain(flag)
  }
  expect(worker!.stop_grace_period).toBe('30s')
  for (const { volumes = [] } of Object.values(compose.services)) {
    for (const volume of volumes) {
      const [name] = volume.split(':')
      expect(name!.startsWith('.') || name! in compose.volumes).toBe(true)
    }
  }
})

it('its job has as many pods as shards', () => {
  const { spec } = job
  expect(spec.completionMode).toBe('Indexed')
  const [container] = spec.template.spec.containers
  expect(container!.args[0]).toContain(`--shard "$JOB_COMPLETION_INDEX/${spec.completions}"`)
  const names = (named: readonly Named[]) => named.map(({ name }) => name)
  expect(names(spec.template.spec.volumes)).toEqual(names(container!.volumeMounts))
})

it('the install lines name the versions that package.json does', () => {
  const { peerDependencies } = JSON.parse(read('package.json'))
  const version = peerDependencies['@aws-sdk/client-s3'].replace('~', '')
  for (const text of [page, read('Dockerfile'), read('src/storage/s3.ts')]) {
    expect(text).toContain(`@aws-sdk/client-s3@${version}`)
  }
  for (const name of Object.keys(peerDependencies)) expect(read('Dockerfile')).toContain(` ${name}@`)
})

it('the Dockerfile is one that a linter takes', () => {
  expect(validate(read('Dockerfile')).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([])
  expect(validate('FROM\nRUNN a')).not.toEqual([])
})
