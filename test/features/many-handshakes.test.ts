import { expect, it } from 'vitest'
import { contacts } from '../../src/index.js'
import { openBefriendingLimit } from '../../src/features/handshakes.js'
import { Journal } from '../../src/store/journal.js'
import { Disk } from '../store/disk.js'
import { managed } from './processes.js'

it('goes on with as many handshakes as there may be, whatever the store has', async () => {
  const disk = new Disk()
  const journal = new Journal(disk.mount(), 'alice@example.test')
  await journal.open()
  for (let index = 0; index < openBefriendingLimit + 10; index += 1) {
    const intent = {
      isWithdrawn: false,
      mustList: false,
      name: null,
      groups: [],
      message: null,
      requestId: `${index}`,
    }
    journal.note(['fact', `befriending:p${index}@example.test`, intent])
  }
  await journal.settle()
  const { client, restored } = await managed(disk, {}, (made) => made.use(contacts))
  expect(restored).toMatchObject([{ ignored: [] }])
  expect(client.state.status).toBe('online')
})
