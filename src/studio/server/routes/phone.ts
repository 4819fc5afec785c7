import type { Hono } from 'hono'
import { knownCategory } from '../../journal/operations.ts'
import type { Studio } from '../../studio.ts'
import { objectOf } from '../body.ts'

/** Opens and closes the door for a phone. */
export function addPhoneRoutes(app: Hono, { phone, collection }: Studio): void {
  app.get('/api/phone', context => context.json(phone.door))
  app.post('/api/phone', async context => {
    const { category } = await objectOf(context)
    collection.checkWritable()
    const named = category === undefined || category === null ? undefined : knownCategory(collection.table, category)
    return context.json(await phone.open(named))
  })
  app.delete('/api/phone', async context => {
    await phone.close()
    return context.json(null)
  })
}
