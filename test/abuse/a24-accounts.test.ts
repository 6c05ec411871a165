import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { InspectionEvent } from 'xstate'
import type { ClientOptions } from '../../src/client-options.js'
import { accounts, type RegisterOptions } from '../../src/index.js'
import {
  answer,
  features,
  mechanisms,
  openingTag,
  scriptedEndpoint,
  type Exchange,
} from '../support/scripted-server.js'
import { createTestClient } from './attempt.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('passing')

const registers = "<register xmlns='http://jabber.org/features/iq-register'/>"
const oldTag = openingTag.replace(" version='1.0' xml:lang", ' xml:lang')
const query = (content: string, namespace = 'jabber:iq:register') =>
  `<query xmlns='${namespace}'>${content}</query>`
const asked: Exchange = {
  hears: /<\/iq>|<query[^>]*\/><\/iq>/,
  says: answer(query('<username/><password/>')),
}
const granted: Exchange = { hears: /<\/iq>/, says: answer('') }
const opening = (offer: string): Exchange => ({
  hears: /<stream:stream[^>]*>/,
  says: openingTag + features(offer),
})
const tlsFailure = {
  hears: /<starttls[^>]*>/,
  says: "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
}

const register = async (
  script: readonly Exchange[],
  { secure = true, ...wish }: RegisterOptions & { readonly secure?: boolean } = {},
  options: Partial<ClientOptions> = {},
) => {
  const { open, servers } = scriptedEndpoint([script], { secure })
  const client = createTestClient({ endpoint: open, ...options })
  const result = await client
    .use(accounts)
    .register(wish)
    .catch((error: unknown) => error)
  return { client, result, heard: () => servers[0]?.heard ?? '' }
}

describe('A24: who makes an account', () => {
  it('says nothing of it in clear, whatever the server offers', async () => {
    const { heard, result } = await register([opening(registers + mechanisms('PLAIN')), tlsFailure], {
      secure: false,
    })
    expect(result).toMatchObject({ code: 'transport.tls-unavailable' })
    expect(heard()).not.toMatch(/alice|secret|jabber:iq:register/)
  })

  it('says nothing of it in clear to a server from before XMPP 1.0', async () => {
    const { heard, result } = await register([{ hears: /<stream:stream[^>]*>/, says: oldTag }], {
      secure: false,
    })
    expect(result).toMatchObject({ code: 'transport.tls-unavailable' })
    expect(heard()).not.toMatch(/alice|secret|jabber:iq:register/)
  })

  it('is sent nowhere but to the web', async () => {
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'https://a b', 'x']) {
      const redirect = `<instructions>Go there</instructions><x xmlns='jabber:x:oob'><url>${url}</url></x>`
      const { result } = await register([opening(registers), { ...asked, says: answer(query(redirect)) }])
      expect(result).toMatchObject({ outcome: 'unsupported', error: { url: undefined } })
    }
    const redirect = "<x xmlns='jabber:x:oob'><url>https://example.test/join</url></x>"
    const { result } = await register([opening(registers), { ...asked, says: answer(query(redirect)) }])
    expect(result).toMatchObject({ outcome: 'redirected', url: 'https://example.test/join' })
  })

  it.each([
    [
      'an account for somebody else',
      (heard: string) => answer(query('<username>mallory</username>'))(heard),
      'protocol.bad-format',
    ],
    ['an answer to something else', () => "<iq type='result' id='guessed'/>", 'protocol.not-authorized'],
    [
      'an answer of somebody else',
      (heard: string) => answer('')(heard).replace('<iq ', "<iq from='mallory@example.test' "),
      'protocol.invalid-from',
    ],
    [
      'a message',
      () => "<message from='example.test'><body>Hello</body></message>",
      'protocol.not-authorized',
    ],
  ])('does not take %s for its own', async (_what, says, code) => {
    const { client, result } = await register([opening(registers), asked, { hears: /<\/iq>/, says }])
    expect(result).toMatchObject({ code })
    expect(client.state).toMatchObject({ status: 'halted' })
  })

  it('does not take it that the account is there already', async () => {
    const claim = query('<registered/><username>mallory</username><password>x</password>')
    const { heard, result } = await register([opening(registers), { ...asked, says: answer(claim) }])
    expect(result).toMatchObject({ code: 'protocol.bad-format' })
    expect(heard()).not.toContain('secret')
  })

  it('shows an invitation to nobody who takes none', async () => {
    const { heard } = await register([opening(registers), asked, granted], { invitation: 'canary' })
    expect(heard()).not.toContain('canary')
  })

  it('hears that the connection has ended while the app answers', async () => {
    const more = query('<username/><password/><email/>')
    const fill = () => new Promise<undefined>(() => undefined)
    const script = [
      opening(registers),
      { ...asked, says: (heard: string) => `${answer(more)(heard)}</stream:stream>` },
    ]
    expect((await register(script, { fill })).result).toMatchObject({ code: 'transport.closed' })
  })

  it('shows its password and invitation to nobody but the server', async () => {
    const seen: InspectionEvent[] = []
    const password = 'canary-in-the-coal-mine'
    const offer = `${registers}<register xmlns='urn:xmpp:ibr-token:0'/>`
    const { client, heard, result } = await register(
      [
        opening(offer),
        granted,
        asked,
        {
          hears: /<\/iq>/,
          says: (said) => answer('<error code="406">no</error>')(said).replace("'result'", "'error'"),
        },
      ],
      { invitation: 'canary-token', fill: () => undefined },
      { password, inspect: (event) => seen.push(event) },
    )
    expect(heard()).toContain(password)
    expect(heard()).toContain('canary-token')
    const shown = (value: unknown) =>
      inspect(value, { depth: 6, maxStringLength: null, maxArrayLength: null })
    const records = seen.map((record) => ('event' in record ? record.event : record.type))
    const everything = [result, client.state, client.actor.getSnapshot().context, ...records]
      .map(shown)
      .join('\n')
    expect(everything).not.toContain('canary')
    expect(result).toMatchObject({ outcome: 'withdrawn' })
  })
})

describe('A24: who is identified as before SASL', () => {
  const old = (fields: string): readonly Exchange[] => [
    { hears: /<stream:stream[^>]*>/, says: oldTag },
    { hears: /<\/iq>/, says: answer(query(fields, 'jabber:iq:auth')) },
    granted,
  ]
  const connect = async (
    script: readonly Exchange[],
    secure: boolean,
    options: Partial<ClientOptions> = {},
  ) => {
    const { open, servers } = scriptedEndpoint([script], { secure })
    const client = createTestClient({ endpoint: open, ...options })
    const error: unknown = await client.connect().catch((reason: unknown) => reason)
    return { client, error, heard: servers[0]?.heard ?? '' }
  }

  it('says nothing in clear', async () => {
    const { error, heard } = await connect(old('<username/><password/><digest/><resource/>'), false)
    expect(error).toMatchObject({ code: 'transport.tls-unavailable' })
    expect(heard).not.toMatch(/alice|jabber:iq:auth/)
  })

  it('sends a digest, not the password, where both are taken; of the example in XEP-0078', async () => {
    const script = old('<username/><password/><digest/><resource/>')
    const [header, ...rest] = script
    const named = { ...header, hears: /<stream:stream[^>]*>/, says: oldTag.replace("'s1'", "'3EE948B0'") }
    const { client, heard } = await connect([named, ...rest], true, { password: 'Calli0pe' })
    expect(client.state).toMatchObject({
      status: 'online',
      mechanism: 'jabber:iq:auth',
      header: { version: undefined },
    })
    expect(heard).toContain('<digest>48fc78be9ec8f86d8ce1c39c320c97c21d62334d</digest>')
    expect(heard).not.toContain('Calli0pe')
  })

  it('sends the password where nothing else is taken, over TLS', async () => {
    const { client, heard } = await connect(old('<username/><password/><resource/>'), true)
    expect(client.state).toMatchObject({ status: 'online' })
    expect(heard).toContain('<password>secret</password>')
  })

  it('uses none of it where there is SASL, or where there was', async () => {
    const offer = "<auth xmlns='http://jabber.org/features/iq-auth'/>"
    const weak = await connect([opening(offer + mechanisms('DIGEST-MD5'))], true)
    expect(weak.error).toMatchObject({
      code: 'authentication.no-mechanism',
      message: expect.stringContaining('jabber:iq:auth (the server offers SASL)'),
    })
    expect(weak.heard).not.toContain('jabber:iq:auth')
  })

  it.each([
    ['401', 'authentication.not-authorized'],
    ['409', 'stanza.conflict'],
    ['406', 'stanza.not-acceptable'],
  ])('knows what the number %s alone means', async (code, known) => {
    const refusal = (heard: string) =>
      answer(`<error code='${code}'>no</error>`)(heard).replace("'result'", "'error'")
    const [header, fields] = old('<username/><digest/><resource/>')
    const refused: Exchange = { hears: /<\/iq>/, says: refusal }
    if (header === undefined || fields === undefined) throw new Error('there is no script')
    const { error } = await connect([header, fields, refused, refused], true)
    expect(error).toMatchObject({ code: known })
  })

  it('is online with the address that it asked for, and binds nothing', async () => {
    const { client, heard } = await connect(old('<username/><digest/><resource/>'), true, {
      jid: 'alice@example.test/desk',
    })
    expect(client.state).toMatchObject({
      jid: 'alice@example.test/desk',
      streamManagement: 'unmanaged',
      features: [],
    })
    expect(heard).not.toMatch(/xmpp-bind|urn:xmpp:sm/)
  })
})
