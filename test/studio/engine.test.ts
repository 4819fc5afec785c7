import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, onTestFinished, test } from 'vitest'
import type { ApiError, EngineState, PictureColumns, StudioState } from '../../src/studio/api.ts'
import { Engine } from '../../src/studio/engine/engine.ts'
import { openStudio, pictureFolder } from '../helpers/studioFixture.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** A process in the engine's place: real, and as bad as a test needs it. */
async function script(text: string): Promise<string> {
  const path = join(await tempFolder(), 'child.mjs')
  await fs.writeFile(path, text)
  return path
}

function open(path: string) {
  const states: EngineState[] = []
  let starts = 0
  const engine = new Engine(
    'nowhere',
    { onState: state => states.push(state), onOpinions: () => undefined, onStart: () => starts++ },
    path,
  )
  onTestFinished(() => engine.close())
  return { engine, states, starts: () => starts }
}

test('an engine that dies is started again, three deaths in a row end it, and a person may begin anew', async () => {
  const flag = join(await tempFolder(), 'mended')
  const path = await script(`
    import { existsSync } from 'node:fs'
    process.on('message', ({ kind, id }) => {
      if (!existsSync(${JSON.stringify(flag)})) process.exit(1)
      process.send(kind === 'open' ? { kind: 'ready' } : { kind: 'answer', id, value: [7] })
    })`)
  const { engine, starts } = open(path)
  engine.start()
  const lost = engine.call('like', 1)
  await expect(lost).rejects.toMatchObject({ code: 'E_ENGINE', hint: 'Start it again; sorting by hand goes on.' })
  await expect
    .poll(() => engine.state, { timeout: 10_000 })
    .toMatchObject({
      state: 'ended',
      reason: 'What looks at the pictures has ended three times in a row.',
    })
  expect(starts()).toBe(3)
  await expect(engine.call('like', 1)).rejects.toMatchObject({ code: 'E_ENGINE' })
  await fs.writeFile(flag, '')
  engine.restart()
  await expect.poll(() => engine.state.state, { timeout: 10_000 }).toBe('ready')
  expect(await engine.call('like', 1)).toEqual([7])
})

test('how many pictures have been looked at is told until all have been', async () => {
  const { engine, states } = open(
    await script(`
    process.on('message', ({ kind }) => {
      if (kind !== 'open') return
      process.send({ kind: 'ready' })
      for (const done of [64, 192, 200]) process.send({ kind: 'working', done, total: 200 })
    })`),
  )
  engine.start()
  await expect.poll(() => states.length, { timeout: 10_000 }).toBe(5)
  expect(states.slice(2).map(({ looking }) => looking?.done)).toEqual([64, 192, undefined])
})

test('without its engine the studio sorts on, and says that nothing is guessed', async () => {
  const { studio, json, post, ask } = await openStudio(await pictureFolder({ 'data/a': 1, unlabeled: 2 }), {
    script: await script('process.exit(1)'),
  })
  await expect.poll(() => studio.engine.state.state, { timeout: 50_000 }).toBe('ended')
  expect((await json<StudioState>('api/state')).engine.reason).toMatch(/ended three times/)
  for (const address of ['api/groups', 'api/next', 'api/pictures?view=next']) {
    const answer = await ask(address)
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'E_ENGINE' }])
  }
  const { ids } = await json<PictureColumns>('api/pictures?in=unlabeled')
  await post('api/ops', { op: 'label', to: 'a', ids })
  expect((await json<StudioState>('api/state')).unlabeled).toBe(0)
})

test('two frames are looked at, a third is turned away at once', async () => {
  const { ask, studio } = await openStudio(await pictureFolder({ 'data/a': 1 }), {
    // It hears and never answers.
    script: await script("process.on('message', ({ kind }) => kind === 'open' && process.send({ kind: 'ready' }))"),
  })
  await expect.poll(() => studio.engine.state.state, { timeout: 10_000 }).toBe('ready')
  const guess = () => ask('api/guess', { method: 'POST', body: new Uint8Array(10) })
  const waiting = [guess(), guess()]
  const third = await guess()
  expect([third.status, ((await third.json()) as ApiError).code]).toEqual([429, 'E_BUSY'])
  await studio.engine.close()
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(503)
  // The places are free again: what is wrong now is the engine.
  expect((await guess()).status).toBe(503)
})
