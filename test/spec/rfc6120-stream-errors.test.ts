import { describe, expect, it } from 'vitest'
import { streamErrorConditions } from '../../src/errors.js'
import { elementsOf } from './heard.js'
import {
  closingTag,
  features,
  mechanisms,
  online,
  responseHeader,
  rest,
  start,
  streamCondition,
  streamError,
} from './session.js'

const code = (pattern: RegExp) => expect.objectContaining({ code: expect.stringMatching(pattern) })
const streams = 'urn:ietf:params:xml:ns:xmpp-streams'

describe('a stream error that is received (RFC 6120 §4.9)', () => {
  const receives = async (text: string) => {
    const session = await online()
    const { raw } = session.peer
    session.peer.say(text)
    await session.peer.end()
    await rest()
    return { ...session, answer: session.peer.raw.slice(raw.length) }
  }

  it.each(streamErrorConditions)('%s is answered by the closing tag alone (§4.9.1.1)', async (condition) => {
    const { answer, client } = await receives(streamError(streamCondition(condition)) + closingTag)
    expect(answer).toBe(closingTag)
    expect(client.state).toMatchObject({ error: { code: `stream.${condition}` } })
  })

  it('is answered by the closing tag even before the other side closes (§4.9.1.1)', async () => {
    const { peer } = await online()
    const { raw } = peer
    peer.say(streamError(streamCondition('reset')))
    await peer.closing()
    expect(peer.raw.slice(raw.length)).toBe(closingTag)
  })

  it.each([
    ['an unknown condition', `<out-of-coffee xmlns='${streams}'/>`],
    ['no condition at all', ''],
    ['only a condition of the application', "<out-of-coffee xmlns='urn:example:coffee'/>"],
    ['a condition of the wrong namespace', "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"],
  ])('with %s is an undefined condition (§4.9.2)', async (_what, content) => {
    const { client } = await receives(streamError(content) + closingTag)
    expect(client.state).toMatchObject({ error: { code: 'stream.undefined-condition' } })
  })

  it('tells its text and the condition of the application beside the defined one (§4.9.2, §4.9.4)', async () => {
    const { client } = await receives(
      streamError(
        `<escape-your-data xmlns='http://example.org/ns'/><text xml:lang='en' xmlns='${streams}'>Diagnosis</text>` +
          streamCondition('not-well-formed'),
      ) + closingTag,
    )
    expect(client.state).toMatchObject({
      error: { code: 'stream.not-well-formed', text: 'Diagnosis', applicationCondition: 'escape-your-data' },
    })
  })

  it('takes no text of another namespace for its own, nor the text for a condition (§4.9.2)', async () => {
    const { client } = await receives(
      streamError(`<text xmlns='${streams}'>x</text><text xmlns='urn:example'>foreign</text>`) + closingTag,
    )
    expect(client.state).toMatchObject({ error: { code: 'stream.undefined-condition', text: 'x' } })
  })

  it('can come with the response header (§4.9.1.2)', async () => {
    const { peer, outcome } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader({ from: '' }) + streamError(streamCondition('host-unknown')) + closingTag)
    await server.end()
    expect(await outcome).toEqual(code(/^stream\.host-unknown$/))
    expect(server.closings).toBe(1)
  })

  it.each([
    [
      'inside a stanza',
      `<message from='bob@example.test'><x xmlns='urn:example'>${streamError(streamCondition('conflict'))}</x></message>`,
    ],
    [
      'in the content namespace',
      `<message from='bob@example.test'><error>${streamCondition('conflict')}</error></message>`,
    ],
  ])('is none %s (§4.9)', async (_where, text) => {
    const { client, peer } = await online()
    peer.say(text)
    await rest()
    expect(client.state.status).toBe('online')
    expect(peer.closings).toBe(0)
  })
})

describe('a stream error that the client sends (RFC 6120 §4.9.1.1)', () => {
  const breaks: readonly (readonly [what: string, conditions: string, section: string, text: string])[] = [
    ['a comment', 'restricted-xml|bad-format', '§11.1', '<!-- hush -->'],
    [
      'a comment inside a stanza',
      'restricted-xml|bad-format',
      '§11.1',
      '<message><body>a<!-- b --></body></message>',
    ],
    ['a processing instruction', 'restricted-xml|bad-format', '§11.1', '<?php exit ?>'],
    ['a document type', 'restricted-xml|bad-format', '§11.1', "<!DOCTYPE x [<!ENTITY a 'b'>]>"],
    [
      'a reference to an entity that is not predefined',
      'restricted-xml|bad-format',
      '§11.1',
      '<message><body>&nbsp;</body></message>',
    ],
    ['tags that do not match', 'not-well-formed', '§11.3', '<message><body>x</message></body>'],
    ['a stray ampersand', 'not-well-formed', '§11.3', '<message><body>a & b</body></message>'],
    ['an attribute twice', 'not-well-formed', '§11.3', "<message type='chat' type='chat'/>"],
    [
      'an attribute twice by namespace',
      'not-well-formed',
      '§11.3',
      "<message><x xmlns:a='urn:x' xmlns:b='urn:x' a:y='1' b:y='2'/></message>",
    ],
    [
      'character data between stanzas',
      'not-well-formed|bad-format|invalid-xml|unsupported-stanza-type',
      '§11.7',
      'hello',
    ],
    [
      'a header in the middle of the stream',
      'bad-format|not-well-formed|invalid-xml|unsupported-stanza-type',
      '§4.3.3',
      responseHeader().replace(/^<\?xml.*?\?>/, ''),
    ],
  ]

  it.each(breaks)('answers %s with %s, then closes (%s)', async (_what, conditions, _section, text) => {
    const { client, peer } = await online()
    const bodies: unknown[] = []
    client.message$.subscribe((message) => bodies.push(message))
    const { raw } = peer
    peer.say(text)
    await peer.closing()
    expect(peer.raw.slice(raw.length)).toMatch(
      new RegExp(
        `^<stream:error><(${conditions}) xmlns='${streams}'/>(<text .*</text>)?</stream:error></stream:stream>$`,
      ),
    )
    peer.say(closingTag)
    await peer.end()
    expect(client.state).toMatchObject({
      error: { code: expect.stringMatching(new RegExp(`^protocol\\.(${conditions})$`)) },
    })
    expect(bodies).toEqual([])
  })

  it.each([
    [
      'another encoding declared',
      "<?xml version='1.0' encoding='ISO-8859-1'?>",
      'unsupported-encoding|bad-format',
      '§11.6',
    ],
    [
      'UTF-16 declared',
      "<?xml version='1.0' encoding='UTF-16'?>",
      'unsupported-encoding|bad-format',
      '§11.6',
    ],
    [
      'a byte order mark, which is a character like any other',
      "\uFEFF<?xml version='1.0'?>",
      'not-well-formed|bad-format',
      '§11.6',
    ],
  ])('answers a header with %s by ending the stream', async (_what, declaration, conditions) => {
    const { peer, outcome } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader().replace(/^<\?xml.*?\?>/, declaration) + features(mechanisms('PLAIN')))
    await rest()
    expect(server.raw).toMatch(new RegExp(`<stream:error><(${conditions}) `))
    expect(server.raw).not.toContain('<auth')
    server.hangUp()
    expect(await outcome).toEqual(code(/^protocol\./))
  })

  it.each([
    ["<?xml version='1.0' encoding='UTF-8'?>", '§11.6'],
    ['<?xml version="1.0" encoding="utf-8" ?>\n', '§11.6'],
    ['', '§11.5'],
  ])('is no answer to the declaration %j (%s)', async (declaration) => {
    const { peer } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader().replace(/^<\?xml.*?\?>/, declaration) + features(mechanisms('PLAIN')))
    expect((await server.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it('is no answer to a standalone declaration, or it is restricted-xml (§11.5)', async () => {
    const { peer } = start()
    const server = await peer()
    await server.header()
    server.say(
      responseHeader().replace(/^<\?xml.*?\?>/, "<?xml version='1.0' standalone='no'?>") +
        features(mechanisms('PLAIN')),
    )
    await rest()
    expect(server.raw).toMatch(/<auth |<stream:error><(restricted-xml|bad-format) /)
  })

  it('has one defined condition, and a language on its text (§4.9.2)', async () => {
    const { peer } = await online()
    peer.say('<!-- hush -->')
    const error = await peer.closing().then(() => peer.elements.at(-1))
    if (error === undefined) throw new Error('no error came')
    const children = elementsOf(error)
    expect(error).toMatchObject({ name: 'error', namespace: 'http://etherx.jabber.org/streams' })
    expect(children.filter(({ name }) => name !== 'text').map(({ namespace }) => namespace)).toEqual([
      streams,
    ])
    expect(
      children.filter(({ name, attributes }) => name === 'text' && attributes['xml:lang'] === undefined),
    ).toEqual([])
  })
})

describe('an element that is no stanza (RFC 6120 §4.1, §4.8.4)', () => {
  it.each([
    ['of another namespace', "<foo xmlns='urn:example:foo'/>"],
    [
      'that looks like a stanza',
      "<iq xmlns='urn:example:foo' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
    ],
    ['of a name that the content namespace does not know', "<pubsub xmlns='jabber:client'/>"],
  ])('%s is passed over or ends the stream with unsupported-stanza-type', async (_what, text) => {
    const { peer } = await online()
    const { raw } = peer
    peer.say(text)
    await rest()
    expect(peer.raw.slice(raw.length)).toMatch(
      /^$|^<stream:error><unsupported-stanza-type [^>]*\/>.*<\/stream:stream>$/,
    )
  })
})
