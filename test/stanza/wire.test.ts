import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDelay } from '../../src/stanza/delay.js'
import { parseIq } from '../../src/stanza/iq.js'
import { parseMessage, toMessageElement } from '../../src/stanza/message.js'
import { parseRoster } from '../../src/stanza/roster.js'
import { parseSaslElement } from '../../src/stanza/sasl.js'
import { parseStanza } from '../../src/stanza/stanza.js'
import { parseOtherHost, parseStreamError } from '../../src/stanza/stream-error.js'
import { parseStreamFeatures } from '../../src/stanza/stream-features.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { serialize } from '../../src/xml/serializer.js'

const client = `xmlns='jabber:client'`
const streams = `xmlns:stream='http://etherx.jabber.org/streams'`
const stanzas = `xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'`

describe('the examples of the specifications, from their text', () => {
  test('RFC 6121 §5.2.5: a threaded message', () => {
    const text = `<message ${client} from='juliet@example.com/balcony' to='romeo@example.net' type='chat' xml:lang='en'>
      <subject>I implore you!</subject>
      <subject xml:lang='cs'>\u00dap\u011bnliv\u011b pros\u00edm!</subject>
      <body>Wherefore art thou, Romeo?</body>
      <thread parent='e0ffe42b28561960c6b12b944a092794b9683a38'>0e3141cd80894871a68e6fe6b1ec56fa</thread>
    </message>`
    expect(parseStanza(readFrame(text))).toMatchObject({
      kind: 'message',
      type: 'chat',
      subject: 'I implore you!',
      body: 'Wherefore art thou, Romeo?',
      thread: { id: '0e3141cd80894871a68e6fe6b1ec56fa', parent: 'e0ffe42b28561960c6b12b944a092794b9683a38' },
      payloads: [],
    })
  })

  test('RFC 6120 §8.3.3.5: a room that has gone elsewhere', () => {
    const text = `<message ${client} from='romeo@example.net' to='juliet@im.example.com/churchyard' id='sj2b371v' type='error'>
      <error by='example.net' type='cancel'>
        <gone ${stanzas}>xmpp:romeo@afterlife.example.net</gone>
      </error>
    </message>`
    expect(parseStanza(readFrame(text))).toMatchObject({
      type: 'error',
      error: {
        condition: 'gone',
        type: 'cancel',
        by: 'example.net',
        alternative: 'xmpp:romeo@afterlife.example.net',
      },
    })
  })

  test('RFC 6120 §8.3.1: a refused roster item, sent back with its error', () => {
    const text = `<iq ${client} id='wy2xa82b4' type='error' from='juliet@im.example.com'>
      <query xmlns='jabber:iq:roster'><item jid='nurse@example.com'/></query>
      <error type='auth'><forbidden ${stanzas}/></error>
    </iq>`
    const iq = parseIq(readFrame(text))
    expect(iq).toMatchObject({ kind: 'iq', type: 'error', error: { condition: 'forbidden' } })
    expect('payload' in iq && iq.payload && parseRoster(iq.payload)?.items).toHaveLength(1)
  })

  test('RFC 6120 §6.4.1: the features before authentication', () => {
    const text = `<stream:features ${streams}>
      <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>
      <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>
        <mechanism>EXTERNAL</mechanism>
        <mechanism>SCRAM-SHA-1-PLUS</mechanism>
        <mechanism>SCRAM-SHA-1</mechanism>
        <mechanism>PLAIN</mechanism>
      </mechanisms>
    </stream:features>`
    expect(parseStreamFeatures(readFrame(text))).toMatchObject({
      starttls: { required: true },
      mechanisms: ['EXTERNAL', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1', 'PLAIN'],
      others: [],
    })
  })

  test('RFC 6120 §6.5: a failure with its words, and a success with the signature of the server', () => {
    const failure = `<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>
      <account-disabled/>
      <text xml:lang='en'>Call 212-555-1212 for assistance.</text>
    </failure>`
    expect(parseSaslElement(readFrame(failure))).toMatchObject({
      condition: 'account-disabled',
      text: 'Call 212-555-1212 for assistance.',
    })
    const success = `<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>dj1wTk5ERlZFUXh1WHhDb1NFaVc4R0VaKzFSU289</success>`
    const step = parseSaslElement(readFrame(success))
    expect(step.kind === 'success' && new TextDecoder().decode(step.data ?? undefined)).toBe(
      'v=pNNDFVEQxuXxCoSEiW8GEZ+1RSo=',
    )
  })

  test('RFC 6120 §4.9.3.19: another host', () => {
    const text = `<stream:error ${streams}>
      <see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>[2001:41D0:1:A49b::1]:9222</see-other-host>
    </stream:error>`
    const { condition, otherHost = '' } = parseStreamError(readFrame(text))
    expect(condition).toBe('see-other-host')
    expect(parseOtherHost(otherHost)).toEqual({ host: '2001:41D0:1:A49b::1', port: 9222 })
  })

  test('XEP-0203 §3: a delayed presence', () => {
    const text = `<delay xmlns='urn:xmpp:delay' from='juliet@capulet.com/balcony' stamp='2002-09-10T23:41:07Z'/>`
    expect(parseDelay(readFrame(text))).toMatchObject({ moment: Date.UTC(2002, 8, 10, 23, 41, 7) })
  })
})

test('a name means what its namespace says, however it is spelled', () => {
  const text = `<c:message xmlns:c='jabber:client' xmlns='urn:example'><body>no</body><c:body>yes</c:body></c:message>`
  expect(parseMessage(readFrame(text))).toMatchObject({
    body: 'yes',
    bodies: [{ text: 'yes' }],
    payloads: [{ name: 'body' }],
  })
})

test('a message comes out of its own text as it was', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 })
  const texts = fc.option(fc.oneof(text, fc.dictionary(fc.constantFrom('en', 'de', 'zh-Hant'), text)), {
    nil: undefined,
  })
  fc.assert(
    fc.property(texts, texts, fc.option(text, { nil: undefined }), (body, subject, thread) => {
      const element = toMessageElement({
        to: 'juliet@example.com',
        type: 'chat',
        lang: 'en',
        body,
        subject,
        thread,
      })
      const message = parseMessage(readFrame(serialize(element)))
      expect(message).toEqual(parseMessage(element))
    }),
    { numRuns: 200 },
  )
})
