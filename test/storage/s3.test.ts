import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ResultsFolder } from '../../src/jobs/guessAll/resultsFolder.ts'
import { openStore } from '../../src/storage/open.ts'
import { serve } from '../helpers/server.ts'

const HEADING = { model: 'a'.repeat(64), labels: ['cat', 'dog'], source: 's3://traps/' }

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_REGION', 'eu-west-1')
})
afterEach(() => vi.unstubAllEnvs())

/** A server that answers as S3 does when it refuses. */
async function answering(status: number, code: string, headers: Record<string, string> = {}) {
  const { origin } = await serve((_, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers })
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
  })
  vi.stubEnv('AWS_ENDPOINT_URL', origin)
}

async function listing(): Promise<unknown> {
  const keys: string[] = []
  for await (const { key } of (await openStore('s3://traps/2025/')).list()) keys.push(key)
  return keys
}

describe('what a bucket refuses is a sentence and a remedy', () => {
  it.each([
    [404, 'NoSuchBucket', 'E_STORE', /There is no bucket "traps"/, /Check its name/],
    [403, 'AccessDenied', 'E_STORE', /No permission to list "s3:\/\/traps\/2025\/"/, /s3:ListBucket/],
    [403, 'InvalidAccessKeyId', 'E_STORE', /does not take these credentials/, /AWS_PROFILE/],
    [403, 'SignatureDoesNotMatch', 'E_STORE', /does not take these credentials/, /AWS_SECRET_ACCESS_KEY/],
    [403, 'RequestTimeTooSkewed', 'E_STORE', /clock differs from the store's/, /Set the clock/],
    [400, 'AuthorizationHeaderMalformed', 'E_STORE', /"traps" is in another region/, /AWS_REGION/],
    [400, 'InvalidBucketName', 'E_STORE', /can't be used: InvalidBucketName/, /Check the address/],
  ])('%i %s', async (status, name, code, message, hint) => {
    await answering(status, name)
    await expect(listing()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  it.each([
    [403, 'AccessDenied', /No permission to read "s3:\/\/traps\/2025\/a.png"/, /s3:GetObject .* s3:ListBucket/],
    [403, 'InvalidAccessKeyId', /does not take these credentials/, /AWS_PROFILE/],
    [403, 'RequestTimeTooSkewed', /clock differs from the store's/, /Set the clock/],
    [400, 'ExpiredToken', /does not take these credentials \(ExpiredToken\)/, /AWS_PROFILE/],
    [400, 'AuthorizationHeaderMalformed', /"traps" is in another region/, /AWS_REGION/],
    [501, 'NotImplemented', /can't be used/, /Check the address/],
  ])(
    '%i %s of an object that is only looked at, of which a HEAD does not tell why',
    async (status, name, message, hint) => {
      await answering(status, name)
      await expect((await openStore('s3://traps/2025/')).look('a.png')).rejects.toMatchObject({
        code: 'E_STORE',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      })
    },
  )

  it('a web page is no store', async () => {
    const { origin } = await serve((_, response) => void response.end('<html><title>Console</title></html>'))
    vi.stubEnv('AWS_ENDPOINT_URL', origin)
    const refused = { code: 'E_STORE', message: expect.stringMatching(/is no S3 store/) }
    await expect(listing()).rejects.toMatchObject(refused)
    await expect(ResultsFolder.open(await openStore('s3://traps/results/'), HEADING)).rejects.toMatchObject(refused)
  })

  it('a store that is overloaded, or not there, is one to come back to', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '2')
    await answering(503, 'SlowDown')
    await expect(listing()).rejects.toMatchObject({ code: 'E_STORE_DOWN', hint: expect.stringMatching(/Run the same/) })
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
    await expect(listing()).rejects.toMatchObject({
      code: 'E_STORE_DOWN',
      message: expect.stringMatching(/ECONNREFUSED/),
    })
  })
})

describe('a store whose puts are not create-only', () => {
  it('is refused, and what was written to find out is removed', async () => {
    const objects = new Map<string, Buffer>()
    const { origin } = await serve((request, response) => void careless(objects, request, response))
    vi.stubEnv('AWS_ENDPOINT_URL', origin)
    await expect(ResultsFolder.open(await openStore('s3://traps/results/'), HEADING)).rejects.toMatchObject({
      code: 'E_STORE',
      message: expect.stringMatching(/has no create-only writes/),
    })
    expect([...objects.keys()]).toEqual([])
  })
})

/** What several stores do: they write whatever is put, whether there is something or not. */
async function careless(objects: Map<string, Buffer>, request: IncomingMessage, response: ServerResponse) {
  const path = new URL(request.url!, 'http://s3').pathname
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const found = objects.get(path)
  if (request.method === 'PUT') objects.set(path, Buffer.concat(chunks))
  if (request.method === 'DELETE') objects.delete(path)
  const isAsked = request.method === 'GET' || request.method === 'HEAD'
  response.writeHead(isAsked && !found ? 404 : 200, { etag: '"1"' }).end(request.method === 'GET' ? found : '')
}

it.each(['s3://Upper/', 's3://a', 's3://bucket/../other', 's3://bucket//a', 's3://'])(
  '%s is no address of a bucket',
  async address => {
    await expect(openStore(address)).rejects.toMatchObject({ code: 'E_BAD_VALUE' })
  },
)
