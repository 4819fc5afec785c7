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
    ['redis_version:7.2.4', /is kept by BullMQ 4, and this has BullMQ \d/, /Install the same bullmq everywhere/],
  ])('of %s is refused', async (info, message, hint) => {
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.on('data', data => {
        for (const [, name] of `${data}`.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
          if (/^info$/i.test(name!)) socket.write(`$${info.length}\r\n${info}\r\n`)
          else socket.write(/^hget$/i.test(name!) ? '+bullmq:4.18.2\r\n' : '+OK\r\n')
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

  it('of PostgreSQL 12 is refused', async () => {
    // https://www.postgresql.org/docs/current/protocol-message-formats.html
    const message = (type: string, ...parts: Buffer[]) => {
      const body = Buffer.concat(parts)
      return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
    }
    const int32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer).swap32()
    const int16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer).swap16()
    const ready = message('Z', Buffer.from('I'))
    const field = [Buffer.from('version\0'), int32(0), int16(0), int32(25), int16(65535), int32(0), int16(0)]
    const row = message('D', int16(1), int32(6), Buffer.from('120005'))
    const answer = [message('T', int16(1), ...field), row, message('C', Buffer.from('SELECT 1\0')), ready]
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        socket.write(Buffer.concat([message('R', int32(0)), ready]))
        socket.on('data', data => data[0] === 'Q'.charCodeAt(0) && socket.write(Buffer.concat(answer)))
      })
    })
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
    try {
      const { port } = server.address() as AddressInfo
      await expect(probeQueue(queueAddress(`postgres://itc@127.0.0.1:${port}/itc`))).rejects.toMatchObject({
        code: 'E_QUEUE',
        message: expect.stringMatching(/is PostgreSQL 12, and this needs PostgreSQL 13 or newer/),
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
