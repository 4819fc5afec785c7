import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { queueAddress } from '../../src/queue/address.ts'
import { probeQueue } from '../../src/queue/probe.ts'
import { serve } from '../helpers/server.ts'

describe('the address of a queue', () => {
  it('is of Redis or PostgreSQL, and shown without its password', () => {
    expect(queueAddress('rediss://me:secret@host:6380/1')).toMatchObject({
      kind: 'redis',
      shown: 'rediss://host:6380/1',
    })
    expect(queueAddress('postgresql://me:secret@host/db?sslmode=require')).toMatchObject({
      kind: 'postgres',
      shown: 'postgresql://host/db?…',
    })
  })

  it.each(['localhost:6379', 'http://host', 'redis://', ''])('is not "%s"', text => {
    expect(() => queueAddress(text)).toThrow(/is no address of a queue/)
  })
})

describe('a queue that is none', () => {
  it.each(['redis://127.0.0.1:1', 'postgres://127.0.0.1:1/none'])('%s does not answer', async text => {
    await expect(probeQueue(queueAddress(text))).rejects.toMatchObject({ code: 'E_QUEUE_DOWN' })
  })

  it.each([
    ['redis_version:5.0.14', /is Redis 5\.0\.14, and this needs Redis 6\.2 or newer/, /Update the server/],
    ['redis_version:7.2.4\r\nmaxmemory_policy:allkeys-lru', /throws away what it likes/, /noeviction/],
  ])('of %s is refused', async (info, message, hint) => {
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.on('data', data => {
        for (const [, name] of `${data}`.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
          socket.write(/^info$/i.test(name!) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n')
        }
      })
    })
    await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
    try {
      const { port } = server.address() as AddressInfo
      await expect(probeQueue(queueAddress(`redis://127.0.0.1:${port}`))).rejects.toMatchObject({
        code: 'E_QUEUE',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      })
    } finally {
      server.close()
    }
  })

  it('a server of something else is told from a queue', async () => {
    const { origin } = await serve((_, response) => response.end('hello'))
    const address = queueAddress(origin.replace('http', 'redis'))
    await expect(probeQueue(address)).rejects.toMatchObject({ code: 'E_QUEUE', hint: expect.stringMatching(/6379/) })
  })
})
