import * as fc from 'fast-check'
import { createActor, fromPromise, setup } from 'xstate'
import { describe, expect, it } from 'vitest'
import { createRecorder } from '../../../src/inspector/recording/recorder.js'
import { toRecordingText } from '../../../src/inspector/recording/recording-text.js'
import { toStory } from '../../../src/inspector/recording/story.js'
import { tellableWords } from '../../../src/inspector/recording/wire-words.js'
import { StreamError, XmppError } from '../../../src/errors.js'
import type { Sendable } from '../../../src/router/outbound.js'
import { muc } from '../../../src/features/muc.js'
import { MessageForms } from '../../../src/stanza/plain-message.js'
import { XmlElement } from '../../../src/xml/element.js'
import { createFrameReader } from '../../../src/xml/frame-reader.js'
import { resolveXmlLimits } from '../../../src/xml/limits.js'
import * as ns from '../../../src/xml/namespaces.js'
import { login, openingTag, features, mechanisms } from '../../support/scripted-server.js'
import { tellByTree } from './redacted-tree.js'
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
const tell = (xml: string, showBodies = false) => tellAll([read(xml)], showBodies).join('')

/** What one recorder tells of these. */
function tellAll(stanzas: readonly Sendable[], showBodies: boolean): readonly string[] {
  const recorder = createRecorder({ name: 'x', showBodies })
  for (const stanza of stanzas) cross(recorder, stanza)
  return recorder.history().flatMap((line) => (line.kind === 'wire' ? line.xml : []))
}

function cross({ taps }: ReturnType<typeof createRecorder>, stanza: Sendable): void {
  const element = stanza instanceof XmlElement ? stanza : stanza.toElement()
  taps.wire({ direction: 'out', what: 'element', element, stanza, text: '' })
}

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

  it('holds no words with which somebody was put out of a room, nor what lets one in, but who is there', async () => {
    const { client, recorder, say } = await recordedSession()
    const room = client.use(muc).room('tea@conference.example.test')
    const own = (attributes: string, extension: string) =>
      say(
        `<presence from='${room.jid.toString()}/Alice' ${attributes}>` +
          `<x xmlns='${ns.roomUser}'>${extension}<status code='110'/></x></presence>`,
      )
    const entrance = room.join({ nickname: 'Alice', password: canary })
    own('', `<item affiliation='member' role='participant'/>`)
    await entrance
    const destruction = `<destroy jid='coffee@conference.example.test'><reason>${canary}</reason><password>${canary}</password></destroy>`
    own(`type='unavailable'`, `<item affiliation='none' role='none'/>${destruction}`)
    await turn()
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'destroyed', text: canary } })
    await client.close()
    const text = toRecordingText(recorder.history())
    expectNoCanary(text)
    expect(text).toContain(
      '"self":{"nickname":"Alice","role":"participant","affiliation":"member","isNew":false}',
    )
    expect(text).toContain('"exit":{"kind":"destroyed"}')
    expect(text).toContain(`<destroy jid='coffee@conference.example.test'>`)
  })

  it('holds no words of what passed while nobody listened', () => {
    const recorder = createRecorder({ name: 'x' })
    for (let count = 0; count < 1_000; count++) {
      cross(recorder, read(`<message xmlns='${ns.client}' id='m${count}'><body>${canary}</body></message>`))
    }
    const text = toRecordingText(recorder.history())
    expect(text.match(/…\(18 characters\)/g)).toHaveLength(250)
    expectNoCanary(text)
  })

  it('keeps of what may open an account nothing but what it tells', () => {
    const recorder = createRecorder({ name: 'x' })
    const children = [canary]
    cross(recorder, new XmlElement('auth', ns.sasl, [], children))
    children[0] = 'what came later'
    expect(toRecordingText(recorder.history())).toContain(`…(${canary.length} characters)`)
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

const prefixes = Array.from('abcdefghij')
/** Ten of them in scope, of 60,000 units each, and an element that is in all of them. */
const manyNamespaces = [
  ...prefixes.map((prefix) => `<x xmlns='urn:x' xmlns:${prefix}='${prefix.repeat(60_000)}'>`),
  `<y ${prefixes.map((prefix) => `${prefix}:z=''`).join(' ')}/>`,
  '</x>'.repeat(prefixes.length),
].join('')

describe('an element that crosses the wire', () => {
  it('is told the same where it was written without being one', () => {
    const words = fc.string({ unit: 'grapheme' }).filter((text) => !/[^\P{Cc}\t\n\r]/u.test(text))
    const forms = new MessageForms()
    const address = fc.constantFrom('bob@example.test', 'bob@example.test/Zürich "desk\\"')
    const plain = fc.record({ to: address, id: words, body: words }).map(({ to, id, body }) => {
      const message = forms.toPlain({ to, type: 'chat', body }, id)
      if (message === undefined) throw new TypeError('no plain message')
      return message
    })
    fc.assert(
      fc.property(fc.array(plain), fc.boolean(), (messages, showBodies) => {
        const elements = messages.map((each) => each.toElement())
        expect(tellAll(messages, showBodies)).toEqual(elements.map((each) => tellByTree(each, showBodies)))
      }),
    )
  })

  it('is told as a tree of what may be told is written, whatever it is and whatever was told before', () => {
    fc.assert(
      fc.property(fc.array(elements, { maxLength: 12 }), fc.boolean(), (stanzas, showBodies) => {
        const twice = [...stanzas, ...stanzas]
        expect(tellAll(twice, showBodies)).toEqual(twice.map((each) => tellByTree(each, showBodies)))
      }),
    )
  })

  it('leaves nothing of a secret wherever it stands', () => {
    fc.assert(
      fc.property(elements, (element) => {
        const planted = plant(element)
        const told = tellAll([planted, planted], true)
        expect(told).toHaveLength(2)
        expectNoCanary(told.join(''))
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

  it.each([
    ['namespaces', `<x xmlns='urn:x' xmlns:a='${'u'.repeat(65_000)}'>${'<a:b/>'.repeat(1_000)}</x>`],
    ['other namespaces', `<x xmlns='urn:x' xmlns:a='${'u'.repeat(16_000)}'>${'<a:b/>'.repeat(1_000)}</x>`],
    [
      'namespaces of attributes',
      `<x xmlns='urn:x' xmlns:a='${'u'.repeat(65_000)}'>${"<b a:c=''/>".repeat(1_000)}</x>`,
    ],
    ['namespaces inside one another', manyNamespaces],
    [
      'what is escaped',
      `<query xmlns='${ns.roster}'>${`<item jid='${'"'.repeat(4_096)}'/>`.repeat(1_000)}</query>`,
    ],
    ['words', `<show xmlns='${ns.client}'><![CDATA[${'&'.repeat(900_000)}]]></show>`],
    ['parts of words', `<x xmlns='urn:x'>${'a<y/>'.repeat(100_000)}</x>`],
  ])('is told up to a bound, however long its %s', (_, xml) => {
    const told = tell(xml)
    expect(told.length).toBeLessThan(1_048_576)
    expect(told).toMatch(/^<[^]*…\(\d+ (?:more|characters)\)[^]*>$/)
    expect(() => read(told)).not.toThrow()
  })

  it('is told but for what stands in namespaces that are too long, or too odd', () => {
    const odd = Array.from('0123456789', (digit) => `\x7f${digit}`).join('')
    for (const namespace of ['u'.repeat(65_000), odd]) {
      expect(tell(`<x xmlns='urn:x' xmlns:a='${namespace}'><y/><a:b/><z/><a:b/></x>`)).toBe(
        "<x xmlns='urn:x'><y/><z/>…(2 more)</x>",
      )
      expect(tell(`<x xmlns='${namespace}'><y/></x>`)).toBe(`<x>…(${namespace.length} characters)</x>`)
    }
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

const words = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n\t ',
    '\u00a0',
    ' \u2003',
    'chat',
    'subscribe',
    'de-CH',
    'true',
    'alice@example.test/Küche',
  ),
  fc.constantFrom('x'.repeat(300), 'x'.repeat(5_000), '…(5 characters)', '\x7f', '\\"\'<&>]]>', '\u{1F600}'),
  fc.string({ unit: 'grapheme' }).filter((text) => !/[^\P{Cc}\t\n\r]/u.test(text)),
)

/** Those that the engine knows, and others that try to be taken for something else. */
const namespaces = fc.oneof(
  fc.constantFrom(ns.client, ns.client, ns.roster, ns.streams, ns.streamManagement),
  fc.constantFrom(ns.sasl, ns.dataForm, ns.delay, '', ns.xmlNamespace),
  fc.constantFrom('urn:x', 'urn:\x7f', '\x7f\x7f', 'urn:"\'\\&', 'urn:ü'),
)
const names = fc.oneof(
  fc.constantFrom('message', 'presence', 'body', 'subject', 'error', 'item', 'x', 'field'),
  fc.constantFrom('a', 'enabled', 'auth', 'ü'),
)

const attributes = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('from', 'to', 'id', 'type', 'jid', 'ask', 'h', 'previd', 'lang', 'var', 'password'),
    namespace: fc.constantFrom('', '', '', ns.xmlNamespace, 'urn:x', 'urn:\x7f', ns.streams),
    value: words,
  }),
  { maxLength: 5, selector: ({ name, namespace }) => `${name} ${namespace}` },
)

const { elements } = fc.letrec<{ elements: XmlElement; nodes: XmlElement | string }>((tie) => ({
  elements: fc
    .record({
      name: names,
      namespace: namespaces,
      attributes,
      children: fc.array(tie('nodes'), { maxLength: 4 }),
    })
    .map(
      ({ name, namespace, attributes, children }) => new XmlElement(name, namespace, attributes, children),
    ),
  nodes: fc.oneof({ depthSize: 'small' }, words, tie('elements')),
}))

/** The same with a secret in each place where nobody has allowed to tell what stands there. */
function plant({ attributes, children, name, namespace }: XmlElement): XmlElement {
  const tellable = tellableWords(namespace, name)
  return new XmlElement(
    name,
    namespace,
    attributes.map((each) =>
      each.namespace === '' && tellable.attributes.has(each.name) ? each : { ...each, value: canary },
    ),
    children.map((child) =>
      typeof child !== 'string' ? plant(child) : tellable.text === 'hidden' ? canary : child,
    ),
  )
}
