import { expect, it } from 'vitest'
import { storedRequestsUnits } from '../../src/features/kept-requests.js'
import { strangersUnits } from '../../src/features/memory.js'
import { contacts } from '../../src/index.js'
import { resume } from '../spec/managed.js'
import { Disk } from '../store/disk.js'
import { item, presence, query, result, say } from './acquaintances.js'
import { begin, managed } from './processes.js'

const unitsOf = (disk: Disk) => [...disk.texts.values()].reduce((sum, { length }) => sum + length, 0)
const strangers = Array.from({ length: 1_000 }, (_, index) => `stranger-${index}@example.test`)

it('a thousand strangers who ask at length take no more room in the store than they may', async () => {
  const disk = new Disk()
  const before = await managed(disk, {}, (client) => void client.use(contacts))
  await say(before.first, result(await before.first.next('iq'), query('')))
  for (const from of strangers) {
    before.first.say(presence(from, 'subscribe', `<status>${'x'.repeat(16_000)}</status>`))
  }
  await before.kill()
  expect(unitsOf(disk)).toBeGreaterThan(storedRequestsUnits / 2)
  expect(unitsOf(disk)).toBeLessThan(storedRequestsUnits * 1.5)

  const asked: string[] = []
  const after = await begin(disk, {}, (client) => {
    client.use(contacts).subscriptionRequest$.subscribe(({ from }) => asked.push(from.toString()))
  })
  await resume(after.first, 1)
  expect(asked.length).toBeGreaterThan(100)
  expect(asked).toEqual(strangers.slice(0, asked.length))
})

it('strangers who say much of themselves take no more room in the store than they may, whoever else is there', async () => {
  const disk = new Disk()
  const friend = 'friend@example.test'
  const at = (from: string, length: number) =>
    presence(`${from}/x`, '', `<status>${'x'.repeat(length)}</status>`)
  const before = await managed(disk, { roster: true })
  await say(before.first, result(await before.first.next('iq'), query(item(friend, "subscription='both'"))))
  before.first.say(at('once@example.test', 1) + at('once@example.test', 16_000))
  for (const from of strangers) before.first.say(at(from, 3_000))
  before.first.say(at(friend, 3_000))
  await before.kill()
  expect(unitsOf(disk)).toBeGreaterThan(strangersUnits / 2)
  expect(unitsOf(disk)).toBeLessThan(strangersUnits * 1.5)

  const watching = async () => {
    const seen: string[] = []
    const session = await begin(disk, { roster: true }, ({ presence$ }) => {
      presence$.subscribe(({ from }) => seen.push(from?.bare.toString() ?? ''))
    })
    await resume(session.first, 1)
    return { ...session, seen: [...seen] }
  }
  const after = await watching()
  const { seen } = after
  expect(seen.at(-1)).toBe(friend)
  expect(seen.length).toBeGreaterThan(50)
  expect(seen.slice(0, -1)).toEqual(strangers.slice(0, seen.length - 1))
  // What some have taken is not given to others in the next process, unless they have gone.
  const [gone = ''] = strangers
  after.first.say(presence(`${gone}/x`, 'unavailable'))
  for (const from of strangers.slice(500)) after.first.say(at(from, 3_000))
  await after.kill()
  expect((await watching()).seen.toSorted()).toEqual(
    [...seen.filter((from) => from !== gone), 'stranger-500@example.test'].toSorted(),
  )
})
