import { describe, expect, it } from 'vitest'
import { carbons } from '../../src/index.js'
import { forwarded, inner, own } from '../features/archives.js'
import { online, rest } from '../spec/session.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('still')

const carbon = (direction: string, message: string, namespace = 'urn:xmpp:carbons:2') =>
  `<${direction} xmlns='${namespace}'>${forwarded(message)}</${direction}>`
const from = (sender: string | undefined, ...payloads: readonly string[]) =>
  `<message${sender === undefined ? '' : ` from='${sender}'`}>${payloads.join('')}</message>`
const heard = inner('Meet me at the old mill')
const said = inner('I quit', `${own}/sofa`, '', 'bob@example.test')

/** What carbons a client believes when it is told this. */
async function believed(...texts: readonly string[]): Promise<readonly string[]> {
  const { client, peer } = await online()
  const copies: string[] = []
  client
    .use(carbons)
    .message$.subscribe(({ direction, message }) => copies.push(`${direction} ${message.body}`))
  await peer.next('iq')
  peer.say(texts.join(''))
  await rest()
  expect(client.state.status).toBe('online')
  return copies
}

describe('A2: a carbon', () => {
  it.each([
    ['a stranger', 'mallory@evil.test/x'],
    ['a contact', 'bob@example.test'],
    ['who it claims to copy', 'bob@example.test/x'],
    ['another resource of the account', `${own}/phone`],
    ['the own resource', `${own}/desk`],
    ['one’s own server', 'example.test'],
    ['a subdomain of one’s server', 'alice@im.example.test'],
    ['a look-alike of the account', '\u0430lice@example.test'],
    ['a namesake elsewhere', 'alice@example.test.evil.test'],
  ])('from %s is not believed', async (_who, sender) => {
    expect(
      await believed(from(sender, carbon('received', heard)), from(sender, carbon('sent', said))),
    ).toEqual([])
  })

  it.each([own, 'ALICE@Example.Test'])('from the account itself is: %s', async (sender) => {
    expect(
      await believed(from(sender, carbon('received', heard)), from(sender, carbon('sent', said))),
    ).toEqual(['received Meet me at the old mill', 'sent I quit'])
  })

  it('inside of a genuine carbon is not unpacked', async () => {
    const nested = `<message xmlns='jabber:client' from='mallory@evil.test/x' to='${own}'>${carbon('received', heard)}</message>`
    expect(await believed(from(own, carbon('received', nested)))).toEqual(['received undefined'])
  })

  it.each([
    ['a payload', `<x xmlns='urn:x'>${carbon('received', heard)}</x>`],
    ['a body', `<body>${carbon('received', heard)}</body>`],
    ['an error', `<error type='cancel'>${carbon('received', heard)}</error>`],
    [
      'a forwarded message',
      forwarded(`<message xmlns='jabber:client'>${carbon('received', heard)}</message>`),
    ],
  ])('buried in %s is none', async (_where, payload) => {
    expect(await believed(from(own, payload))).toEqual([])
  })

  it.each([
    ['beside another', carbon('received', heard), carbon('sent', said)],
    ['with two messages', carbon('received', heard + heard)],
    [
      'with two that are forwarded',
      `<received xmlns='urn:xmpp:carbons:2'>${forwarded(heard)}${forwarded(said)}</received>`,
    ],
    ['with nothing', "<received xmlns='urn:xmpp:carbons:2'/>"],
    ['of an older protocol', carbon('received', heard, 'urn:xmpp:carbons:1')],
    [
      'of what somebody else is said to have heard',
      carbon('received', inner('x', 'bob@example.test/x', '', 'eve@evil.test')),
    ],
    [
      'of what somebody else is said to have sent',
      carbon('sent', inner('x', 'mallory@evil.test/x', '', 'bob@example.test')),
    ],
    [
      'of a message without addresses',
      carbon('sent', "<message xmlns='jabber:client'><body>x</body></message>"),
    ],
  ])('%s is none', async (_what, ...payloads) => {
    expect(await believed(from(own, ...payloads))).toEqual([])
  })
})
