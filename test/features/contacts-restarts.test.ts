import { afterEach, describe, expect, it, vi } from 'vitest'
import { storedRequestUnits } from '../../src/features/kept-requests.js'
import { contacts, type BefriendOptions, type Client, type ContactsFeature } from '../../src/index.js'
import { askedToResume, resume, sm } from '../spec/managed.js'
import { answersTo, bound, rest } from '../spec/session.js'
import { Disk } from '../store/disk.js'
import { bob, isSettled, item, presence, progressOf, query, result, say } from './acquaintances.js'
import { begin, managed } from './processes.js'

const carol = 'carol@example.test'

afterEach(() => void vi.useRealTimers())

/** Contacts of a process, and who has asked in it. */
function meeting() {
  const asked: string[] = []
  let people: ContactsFeature | undefined
  return {
    asked,
    use: (client: Client) => {
      people = client.use(contacts)
      people.subscriptionRequest$.subscribe(({ from, message }) => asked.push(`${from}: ${message}`))
    },
    people: () => {
      if (people === undefined) throw new Error('nobody uses contacts')
      return people
    },
  }
}

const hi = presence(bob, 'subscribe', '<status>Hi</status>')

/** A process that somebody has asked, and that was killed. */
async function asked(
  disk: Disk,
  {
    requests = hi,
    afterwards,
  }: { readonly requests?: string; readonly afterwards?: (people: ContactsFeature) => void } = {},
) {
  const { use, people } = meeting()
  const before = await managed(disk, {}, use)
  await say(before.first, result(await before.first.next('iq'), query(item(carol))), requests)
  afterwards?.(people())
  await before.kill()
}

/** A process that has begun a handshake and was killed, and what is then changed of what it has stored. */
async function begun(disk: Disk, options: BefriendOptions, change = (text: string) => text) {
  const before = await managed(disk, {}, (client) => void client.use(contacts).befriend(bob, options))
  return {
    kill: async () => {
      await before.kill()
      for (const [key, text] of disk.texts) disk.texts.set(key, change(text))
    },
  }
}

describe('a handshake that was begun before the process was killed', () => {
  it.each([
    ['since it was begun', 200, (text: string) => text],
    ['anew where the last one noted no beginning', 1_000, (text: string) => text.replace(/,"until":\d+/, '')],
    ['only so long, whatever the clock said', 1_000, (text: string) => text.replace(/"until":\d/, '$&9')],
  ])('has its patience counted %s', async (_how, restMs, change) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const disk = new Disk()
    const { kill } = await begun(disk, { timeouts: { patienceMs: 1_000, confirmMs: 100 } }, change)
    vi.advanceTimersByTime(800)
    await kill()
    const { people, use } = meeting()
    await begin(disk, {}, use)
    const handshake = people().befriend(bob)
    vi.advanceTimersByTime(restMs - 1)
    expect(await isSettled(handshake.settled)).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await handshake.settled).toMatchObject({
      outcome: 'expired',
      error: { code: 'timeout.patience', timeoutMs: 1_000 },
    })
  })

  it('and has run out of patience meanwhile takes back yet what was approved in advance', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const disk = new Disk()
    const { kill } = await begun(disk, { timeouts: { patienceMs: 60_000, confirmMs: 1_000 } })
    await kill()
    vi.advanceTimersByTime(70_000)
    const { people, use } = meeting()
    const { first } = await begin(disk, {}, use)
    await resume(first, 0)
    const handshake = people().befriend(bob)
    vi.advanceTimersByTime(999)
    const items = item(bob, "subscription='none' ask='subscribe' approved='true'")
    await answersTo(first, result(await first.next('iq'), query(items)))
    await first.next('r')
    await answersTo(first, result(await first.next('iq')))
    expect(progressOf(handshake)).toBe('awaited/closed')
    vi.advanceTimersByTime(1)
    expect(await handshake.settled).toMatchObject({
      outcome: 'expired',
      error: { code: 'timeout.patience', timeoutMs: 60_000 },
    })
    await rest()
    expect(first.raw).toMatch(/<presence to='bob@example.test' id='[^']+' type='unsubscribed'\/>/)
  })

  it('is gone on with where it was begun as soon as another with the contact had ended', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const disk = new Disk()
    const { use, people } = meeting()
    const before = await managed(disk, {}, use)
    const handshake = people().befriend(bob, { timeouts: { patienceMs: 1_000 } })
    handshake.state$.subscribe(({ status }) => status === 'ended' && people().befriend(bob))
    vi.advanceTimersByTime(1_000)
    expect(await handshake.settled).toMatchObject({ outcome: 'expired' })
    await before.kill()
    const { first } = await begin(disk, {}, meeting().use)
    await resume(first, 0)
    await answersTo(first, result(await first.next('iq'), query('')))
    await first.next('r')
    await answersTo(first, result(await first.next('iq')))
    expect(first.raw).toMatch(/<presence to='bob@example.test' id='[^']+' type='subscribe'\/>/)
  })

  it('fails, and is over, where the next one cannot say what was stored', async () => {
    const disk = new Disk()
    const { kill } = await begun(disk, { message: 'It is Alice' }, (text) =>
      text.replace('It is Alice', String.raw`It is\u0000Alice`),
    )
    await kill()
    const { people, use } = meeting()
    const after = await begin(disk, {}, use)
    await resume(after.first, 0)
    const handshake = people().befriend(bob)
    await answersTo(after.first, result(await after.first.next('iq'), query('')))
    await after.first.next('r')
    await answersTo(after.first, result(await after.first.next('iq')))
    expect(await handshake.settled).toMatchObject({ outcome: 'failed', error: { code: 'defect.unexpected' } })
    expect(progressOf(handshake)).toBe('ended failed')
    await after.kill()
    await begin(disk, {}, meeting().use)
    expect([...disk.texts.values()].join()).not.toContain('befriending:')
  })
})

it('a contact list with a group that has no name is kept all the same', async () => {
  const disk = new Disk()
  const items = `<item jid='${carol}'/><item jid='${bob}'><group/><group>A</group></item><item jid='dan@example.test'/>`
  const before = await managed(disk, {}, meeting().use)
  await say(before.first, result(await before.first.next('iq'), query(items)))
  await before.kill()
  const { people, use } = meeting()
  await begin(disk, {}, use)
  expect([...people().roster].map(([jid, { groups }]) => [jid, ...groups])).toEqual([
    [carol],
    [bob, 'A'],
    ['dan@example.test'],
  ])
})

describe('who asked to see one’s presence before the process was killed', () => {
  it('is asked about in the next one, which goes on with the session', async () => {
    const disk = new Disk()
    await asked(disk, { requests: hi + presence(carol, 'subscribe') })
    const { asked: again, use, people } = meeting()
    const after = await begin(disk, {}, use)
    expect(again).toEqual([])
    await resume(after.first, 1)
    expect(again).toEqual([`${bob}: Hi`, `${carol}: undefined`])
    let waiting: readonly string[] = []
    people().subscriptionRequests$.subscribe((requests) => (waiting = [...requests.keys()]))
    expect(waiting).toEqual([bob, carol])
  })

  it('is asked about in each that goes on, until there is an answer', async () => {
    const disk = new Disk()
    await asked(disk)
    const second = await begin(disk, {}, meeting().use)
    await resume(second.first, 1)
    await second.kill()
    const { asked: again, use, people } = meeting()
    const third = await begin(disk, {}, use)
    await resume(third.first, 2)
    expect(again).toEqual([`${bob}: Hi`])
    void people()
      .refuse(bob)
      .catch(() => undefined)
    await third.kill()
    const last = meeting()
    const fourth = await begin(disk, {}, last.use)
    await resume(fourth.first, 5)
    expect(last.asked).toEqual([])
  })

  it.each([
    ['asked no longer', { requests: hi + presence(bob, 'unsubscribe') }],
    [
      'got an answer',
      { afterwards: (people: ContactsFeature) => void people.approve(bob).catch(() => undefined) },
    ],
  ])('and %s is asked about no more', async (_what, options) => {
    const disk = new Disk()
    await asked(disk, options)
    const { asked: again, use } = meeting()
    const after = await begin(disk, {}, use)
    await resume(after.first, 3)
    expect(again).toEqual([])
  })

  it('is asked about once the server says so where it does not go on with the session', async () => {
    const disk = new Disk()
    await asked(disk)
    const { asked: again, use } = meeting()
    const { first } = await begin(disk, {}, use)
    await askedToResume(first)
    first.say(sm('failed'))
    const bind = await first.next('iq')
    first.say(bound(bind.attributes['id'] ?? '', 'alice@example.test/new'))
    await first.next('enable')
    await say(first, sm('enabled', "id='sm-2' resume='true'"))
    expect(again).toEqual([])
    await say(first, presence(bob, 'subscribe', '<status>Still</status>'))
    expect(again).toEqual([`${bob}: Still`])
  })

  it('is asked about whatever was said with it', async () => {
    const disk = new Disk()
    await asked(disk, {
      requests: presence(bob, 'subscribe', '<status>Hi</status><status>Ho</status><priority>?</priority>'),
    })
    const { asked: again, use } = meeting()
    const after = await begin(disk, {}, use)
    await resume(after.first, 1)
    expect(again).toEqual([`${bob}: Hi`])
  })

  it.each([
    ['with it', '<status>Hi</status>', `<x xmlns='urn:example'>${'x'.repeat(storedRequestUnits)}</x>`, 'Hi'],
    ['in one go', `<status>${'x'.repeat(999)}${'😀'.repeat(1_000)}</status>`, '', 'x'.repeat(999)],
  ])('is asked about in brief where more was said %s than is stored', async (_how, status, more, brief) => {
    const disk = new Disk()
    await asked(disk, { requests: presence(bob, 'subscribe', status + more) })
    const { asked: again, use } = meeting()
    const after = await begin(disk, {}, use)
    await resume(after.first, 1)
    expect(again).toEqual([`${bob}: ${brief}`])
  })

  it('is let in where that was to happen, though the server has not heard it', async () => {
    const disk = new Disk()
    await asked(disk, { afterwards: (people) => void people.befriend(bob) })
    const { asked: again, use } = meeting()
    const after = await begin(disk, {}, use)
    await resume(after.first, 1)
    await answersTo(after.first, result(await after.first.next('iq'), query(item(carol))))
    await after.first.next('r')
    await answersTo(after.first, result(await after.first.next('iq')))
    expect(again).toEqual([])
    expect(after.first.raw).toMatch(/<presence to='bob@example.test' id='[^']+' type='subscribed'\/>/)
  })
})
