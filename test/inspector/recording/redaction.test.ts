import * as fc from 'fast-check'
import { createActor, fromPromise, setup } from 'xstate'
import { describe, expect, it } from 'vitest'
import { mayWait } from '../../../src/inspector/recording/patience.js'
import { createRecorder } from '../../../src/inspector/recording/recorder.js'
import { toRecordingText } from '../../../src/inspector/recording/recording-text.js'
import { toStory } from '../../../src/inspector/recording/story.js'
import { tellStanza } from '../../../src/inspector/recording/wire-xml.js'
import { StreamError, XmppError } from '../../../src/errors.js'
import { MessageForms } from '../../../src/stanza/plain-message.js'
import { createFrameReader } from '../../../src/xml/frame-reader.js'
import { resolveXmlLimits } from '../../../src/xml/limits.js'
import * as ns from '../../../src/xml/namespaces.js'
import { login, openingTag, features, mechanisms } from '../../support/scripted-server.js'
import { recordedSession, turn } from './support.js'

const canary = 'Canary/4711+Sécret'

/** Every form in which it could go out. */
const forms = [
  canary,
  Buffer.from(canary).toString('base64'),
  Buffer.from(`\0alice\0${canary}`).toString('base64'),
  Buffer.from(canary).toString('hex'),
  encodeURIComponent(canary),
  'anary',
]

function expectNoCanary(text: string): void {
  for (const form of forms) expect(text.toLowerCase()).not.toContain(form.toLowerCase())
}

const read = createFrameReader(resolveXmlLimits({}))
const tell = (xml: string, showBodies = false) => tellStanza(read(xml), showBodies)

describe('a recording', () => {
  it('holds no secret of a session, wherever it was', async () => {
    const { client, recorder, say } = await recordedSession({ password: canary })
    const batches: string[] = []
    recorder.subscribe((lines) => batches.push(toRecordingText(lines)))
    for (const stanza of [
      `<message from='bob@example.test' id='m1'><body>${canary}</body><subject>${canary}</subject><thread>${canary}</thread></message>`,
      `<presence from='bob@example.test'><status>${canary}</status><x xmlns='vcard-temp:x:update'><photo>${canary}</photo></x></presence>`,
      `<message from='bob@example.test'><token xmlns='urn:unknown' value='${canary}'>${canary}</token></message>`,
      `<iq type='error' id='i1' from='example.test'><query xmlns='jabber:iq:register'><username>${canary}</username><password>${canary}</password><key>${canary}</key></query><error type='auth'><not-authorized xmlns='${ns.stanzaErrors}'/><text xmlns='${ns.stanzaErrors}'>${canary}</text></error></iq>`,
      `<iq type='set' id='i2' from='example.test'><query xmlns='jabber:iq:auth'><digest>${canary}</digest></query></iq>`,
    ])
      say(stanza)
    await turn()
    client.send({ to: 'bob@example.test', body: canary, subject: canary })
    await client
      .request(
        {
          type: 'set',
          payload: read(`<query xmlns='jabber:iq:register'><password>${canary}</password></query>`),
        },
        { timeoutMs: 5 },
      )
      .catch(() => undefined)
    say(
      `<stream:error xmlns:stream='${ns.streams}'><policy-violation xmlns='${ns.streamErrors}'/><text xmlns='${ns.streamErrors}'>${canary}</text></stream:error>`,
    )
    await turn()
    await client.close()
    recorder.close()
    const text = batches.join('')
    expect(text).toContain('"name":"stream:error"')
    expect(text).toContain('…(18 characters)')
    expectNoCanary(text)
    expectNoCanary(toStory(recorder.history()).join('\n'))
  })

  it('holds no words of what passed while nobody listened', () => {
    const recorder = createRecorder({ name: 'x' })
    for (let count = 0; count < 1_000; count++) {
      const stanza = read(`<message xmlns='${ns.client}' id='m${count}'><body>${canary}</body></message>`)
      recorder.taps.wire({ direction: 'in', what: 'element', element: stanza, stanza, text: '', units: 100 })
    }
    const text = toRecordingText(recorder.history())
    expect(text.match(/…\(18 characters\)/g)).toHaveLength(250)
    expectNoCanary(text)
  })

  it('keeps no message as it is in which a secret may be, and nothing that is no message', () => {
    for (const secret of [
      `<auth xmlns='${ns.sasl}'>${canary}</auth>`,
      `<presence xmlns='${ns.client}'><x xmlns='http://jabber.org/protocol/muc'><password>${canary}</password></x></presence>`,
      `<iq xmlns='${ns.client}' type='set'><query xmlns='jabber:iq:register'><password>${canary}</password></query></iq>`,
      `<message xmlns='${ns.client}'><x xmlns='jabber:x:conference' password='${canary}'/></message>`,
      `<message xmlns='${ns.client}'><delay xmlns='${ns.delay}'><token>${canary}</token></delay></message>`,
    ])
      expect(mayWait(read(secret))).toBe(false)
    expect(mayWait(read(`<message xmlns='${ns.client}'><body>Hi</body></message>`))).toBe(true)
  })

  it('holds nothing of an exchange that fails, nor of a header', async () => {
    const script = login.map((exchange) =>
      exchange.hears.source.includes('auth')
        ? {
            ...exchange,
            says: `<failure xmlns='${ns.sasl}'><not-authorized/><text>${canary}</text></failure>`,
          }
        : {
            ...exchange,
            says:
              exchange.says === openingTag ? openingTag.replace("id='s1'", `id='${canary}'`) : exchange.says,
          },
    )
    const { client, recorder } = await recordedSession({ password: canary }, {}, script)
    await client.close()
    const text = toRecordingText(recorder.history())
    expect(text).toContain('not-authorized')
    expectNoCanary(text)
  })

  it('holds no data of SCRAM', async () => {
    const script = [
      { hears: /<stream:stream[^>]*>/, says: openingTag },
      { hears: /^/, says: features(mechanisms('SCRAM-SHA-1')) },
      {
        hears: /<\/auth>/,
        says: `<challenge xmlns='${ns.sasl}'>${Buffer.from(`r=${canary},s=QSXCR+Q6sek8bf92,i=4096`).toString('base64')}</challenge>`,
      },
    ]
    const { client, recorder } = await recordedSession({ password: canary }, {}, script)
    await client.close()
    const text = toRecordingText(recorder.history())
    expect(text).toContain('"name":"challenge"')
    expect(text).not.toContain('QSXCR')
    expectNoCanary(text)
  })

  it('holds no query of an address, and nobody who it lets in', async () => {
    const recorder = createRecorder({ name: 'x' })
    const endpoints = [`wss://${canary}:${canary}@example.test/ws?token=${canary}#${canary}`]
    const error = new StreamError('see-other-host', { otherHost: `other.test?token=${canary}` })
    planted({ endpoints, endpoint: endpoints[0], error }, recorder)
    const text = toRecordingText(recorder.history())
    expect(text).toContain('wss://example.test/ws"')
    expect(text).toContain('"otherHost":"other.test"')
    expectNoCanary(text)
  })

  it('holds nothing of a context, an input, an event or an error that nobody has allowed', async () => {
    const recorder = createRecorder({ name: 'x' })
    class Leak extends XmppError {
      override readonly name = 'Leak'
      readonly code = 'leak'
      override readonly advice = canary
      readonly secret = canary
    }
    const cyclic: Record<string, unknown> = { password: canary, id: canary, previd: canary, body: canary }
    cyclic['facts'] = cyclic
    planted(
      { ...cyclic, secret: canary, item: { name: canary, ask: canary }, error: new Leak(canary, canary) },
      recorder,
    )
    const text = toRecordingText(recorder.history())
    expect(text).toContain('hidden')
    expectNoCanary(text)
  })
})

/** A chart and a deed to which everything is given and which give everything back. */
function planted(facts: object, recorder: ReturnType<typeof createRecorder>): void {
  const machine = setup({
    types: {} as { context: object; input: object; events: { readonly type: 'planted' } },
    actors: { deed: fromPromise<object, object>(() => Promise.reject(new TypeError(canary))) },
  }).createMachine({
    id: 'planted',
    context: ({ input }) => input,
    invoke: { id: 'deed', src: 'deed', input: ({ context }) => context, onError: {} },
    initial: 'one',
    on: { planted: {} },
    states: { one: {} },
  })
  const actor = createActor(machine, { input: facts, inspect: recorder.taps.inspect }).start()
  actor.send(Object.assign({ type: 'planted' as const }, facts, { output: facts }))
}

describe('an element that crosses the wire', () => {
  it('is told the same where it was written without being one', () => {
    const words = fc.string({ unit: 'grapheme' }).filter((text) => !/[^\P{Cc}\t\n\r]/u.test(text))
    const forms = new MessageForms()
    const address = fc.constantFrom('bob@example.test', 'bob@example.test/Zürich')
    fc.assert(
      fc.property(address, words, words, fc.boolean(), (to, id, body, showBodies) => {
        const plain = forms.toPlain({ to, type: 'chat', body }, id)
        if (plain === undefined) throw new TypeError('no plain message')
        expect(tellStanza(plain, showBodies)).toBe(tellStanza(plain.toElement(), showBodies))
      }),
    )
  })

  it('keeps its names, and tells how long its words are', () => {
    const xml = `<message xmlns='${ns.client}' from='bob@example.test' xml:lang='en'><body>Hello</body></message>`
    expect(tell(xml)).toBe(xml.replace('Hello', '…(5 characters)'))
  })

  it('shows words of people where that is asked for, and nothing else', () => {
    const xml = `<message xmlns='${ns.client}'><body>Hello</body><x xmlns='urn:x'>secret</x></message>`
    expect(tell(xml, true)).toBe(
      `<message xmlns='${ns.client}'><body>Hello</body><x xmlns='urn:x'>…(6 characters)</x></message>`,
    )
  })

  it('is told with the prefix that everybody knows, well-formed', () => {
    const xml = `<features xmlns='${ns.streams}'><bind xmlns='${ns.bind}'/></features>`
    const told = tell(xml)
    expect(told).toBe(
      `<stream:features xmlns:stream='${ns.streams}'><bind xmlns='${ns.bind}'/></stream:features>`,
    )
    expect(read(told).is('features', ns.streams)).toBe(true)
  })

  it('is told up to a bound, however many elements it has', () => {
    const told = tell(`<x xmlns='urn:x'>${'<y/>'.repeat(5_000)}</x>`)
    expect(told).toMatch(/<y\/>…\(4000 more\)<\/x>$/)
  })

  it('keeps what a roster, stream management and bindings are read by', () => {
    const roster = `<query xmlns='${ns.roster}' ver='v'><item jid='bob@example.test' subscription='both' ask='subscribe' name='Bob'><group>Friends</group></item></query>`
    expect(tell(roster)).toBe(
      `<query xmlns='${ns.roster}' ver='…(1 characters)'><item jid='bob@example.test' subscription='both' ask='subscribe' name='…(3 characters)'><group>…(7 characters)</group></item></query>`,
    )
    expect(tell(`<enabled xmlns='${ns.streamManagement}' id='secret' resume='true' max='60'/>`)).toBe(
      `<enabled xmlns='${ns.streamManagement}' id='…(6 characters)' resume='true' max='60'/>`,
    )
    expect(tell(`<resume xmlns='${ns.streamManagement}' previd='secret' h='3'/>`)).toBe(
      `<resume xmlns='${ns.streamManagement}' previd='…(6 characters)' h='3'/>`,
    )
  })
})
