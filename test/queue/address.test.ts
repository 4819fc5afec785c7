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

  it('a server of something else is told from a queue', async () => {
    const { origin } = await serve((_, response) => response.end('hello'))
    const address = queueAddress(origin.replace('http', 'redis'))
    await expect(probeQueue(address)).rejects.toMatchObject({ code: 'E_QUEUE', hint: expect.stringMatching(/6379/) })
  })
})
