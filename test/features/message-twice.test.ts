import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { managed } from '../spec/managed.js'
import { rest } from '../spec/session.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const bob = 'bob@example.test'

describe('a message that comes twice', () => {
  const message = (id: string, body: string, more = '') =>
    `<message from='${bob}/home' id='${id}'><body>${body}</body>${more}</message>`
  const origin = (id: string) => `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>`
  const archived = (id: string, by = 'alice@example.test') =>
    `<stanza-id xmlns='urn:xmpp:sid:0' id='${id}' by='${by}'/>`
  const inRoom = "<x xmlns='http://jabber.org/protocol/muc#user'/>"
  const delay = "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>"

  it.each([
    ['sent again by whoever sent it', [message('a', 'x'), message('a', 'x', origin('a') + delay)], 1],
    ['sent again with the name it had', [message('a', 'x', origin('o')), message('b', 'x', origin('o'))], 1],
    ['overtaken by the same, sent again', [message('a', 'x', origin('a')), message('a', 'x')], 1],
    [
      'overtaken by the same, sent again, and archived by another name',
      [message('a', 'x', origin('a') + archived('s')), message('a', 'x', archived('t'))],
      1,
    ],
    [
      'that only has the id of another that has a name',
      [message('1', 'x', origin('1')), message('1', 'y')],
      2,
    ],
    [
      'given again by one’s own archive',
      [message('a', 'x', archived('s')), message('b', 'x', archived('s'))],
      1,
    ],
    ['given again by a server that keeps no archive', [message('a', 'x'), message('a', 'x', delay)], 1],
    ['that only has the id of another', [message('1', 'x'), message('1', 'x')], 2],
    ['that only has the id of another, and is late', [message('1', 'x'), message('1', 'y', delay)], 2],
    [
      'with an id that a stranger gave',
      [message('a', 'x', archived('s', bob)), message('b', 'x', archived('s', bob))],
      2,
    ],
    [
      'whose id and sender read as another’s together',
      [
        `<message type='groupchat' from='room@example.test/a b' id='c'><body>x</body></message>`,
        `<message type='groupchat' from='room@example.test/a' id='b c'><body>x</body>${origin('b c')}</message>`,
      ],
      2,
    ],
    [
      'from a domain that reads as what one’s own archive says',
      [
        `<message from='archive' id='s'><body>x</body></message>`,
        `<message from='origin' id='${bob} a'><body>x</body></message>`,
        message('a', 'x', archived('s') + origin('a')),
      ],
      3,
    ],
    [
      'from another who speaks in the same room, in private',
      [
        `<message type='chat' from='room@example.test/mallory' id='a'><body>x</body>${inRoom}</message>`,
        `<message type='chat' from='room@example.test/bob' id='a'><body>x</body>${inRoom}${origin('a')}</message>`,
      ],
      2,
    ],
    [
      'without any id',
      [`<message from='${bob}'><body>x</body></message>`, `<message from='${bob}'><body>x</body></message>`],
      2,
    ],
  ])('%s, is heard as often as it was meant', async (_how, stanzas, times) => {
    const { client, first } = await managed()
    let heard = 0
    client.message$.subscribe(() => (heard += 1))
    for (const stanza of stanzas) first.say(stanza)
    await rest()
    expect(heard).toBe(times)
  })
})
