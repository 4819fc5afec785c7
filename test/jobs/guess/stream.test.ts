import { describe, expect, it } from 'vitest'
import { PictureError } from '../../../src/image/pictureError.ts'
import { guessStream, type StreamPicture } from '../../../src/jobs/guess/stream.ts'
import type { Guess } from '../../../src/model/model.ts'

/** Names nothing, but notes when it begins and ends; each picture's answer is an error that says the picture's name. */
function slowModel() {
  const log: string[] = []
  return {
    log,
    async *guessAll(sources: readonly unknown[]): AsyncGenerator<Guess> {
      log.push(`begin ${sources}`)
      for (const source of sources) {
        await new Promise(setImmediate)
        yield { error: new PictureError('not-a-picture', String(source)) }
      }
      log.push(`end ${sources}`)
    },
  }
}

const pictures = (names: readonly string[]): StreamPicture[] => names.map(name => ({ picture: name, source: name }))

describe('naming pictures as they come', () => {
  it('answers in order', async () => {
    const model = slowModel()
    async function* groups() {
      yield pictures(['a', 'b', 'c'])
      yield pictures(['d'])
      yield pictures(['e', 'f'])
    }
    const answers: string[] = []
    for await (const { picture, guess } of guessStream(model, groups())) {
      answers.push(picture)
      expect(guess).toMatchObject({ error: { reason: picture } })
    }
    expect(answers).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('answers whoever waits for each answer before sending the next', async () => {
    const waiting: (() => void)[] = []
    async function* groups() {
      for (const name of ['a', 'b', 'c']) {
        yield pictures([name])
        await new Promise<void>(go => waiting.push(go))
      }
    }
    const answers: string[] = []
    for await (const { picture } of guessStream(slowModel(), groups())) {
      answers.push(picture)
      waiting.shift()!()
    }
    expect(answers).toEqual(['a', 'b', 'c'])
  })

  it('takes no more than a little ahead of whoever takes the answers', async () => {
    let taken = 0
    async function* endless() {
      for (;;) yield pictures([String(taken++)])
    }
    const answers = guessStream(slowModel(), endless())
    for (let at = 0; at < 20; at++) {
      expect((await answers.next()).value).toMatchObject({ picture: String(at) })
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
      expect(taken - at).toBeLessThanOrEqual(4)
    }
    await answers.return(undefined)
  })

  it('gives the answers to what came before the list failed, then throws', async () => {
    async function* broken() {
      yield pictures(['a'])
      throw new Error('no list')
    }
    const answers = guessStream(slowModel(), broken())
    expect((await answers.next()).value).toMatchObject({ picture: 'a' })
    await expect(answers.next()).rejects.toThrow('no list')
  })

  it('stops while nothing comes', async () => {
    const stop = new AbortController()
    async function* silent() {
      await new Promise(() => undefined)
      yield []
    }
    const answers = guessStream(slowModel(), silent(), { signal: stop.signal })
    const first = answers.next()
    stop.abort(new Error('stopped'))
    await expect(first).rejects.toThrow('stopped')
  })
})
