import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { filter, firstValueFrom } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { xml, XmppError } from '../../src/index.js'
import { rest } from '../spec/session.js'
import { ScramServer } from '../spec/scram-server.js'
import {
  answer,
  bindFeature,
  features,
  mechanisms,
  openingTag,
  scriptedEndpoint,
  type Exchange,
} from '../support/scripted-server.js'
import { inventElement, mutate } from '../xml/mutation.js'
import { createRandom, type Random } from '../xml/random.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('still')

/** `XMPP_MACHINES_MUTATIONS=20000` for a long night; `XMPP_MACHINES_SEED` to meet one again. */
const mutations = Number(process.env['XMPP_MACHINES_MUTATIONS'] ?? 600)
const firstSeed = Number(process.env['XMPP_MACHINES_SEED'] ?? 1)
const chunk = 50

const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl'
const dataOf = (heard: string) => /<(?:auth|response) [^>]*>([^<]*)</.exec(heard)?.[1] ?? ''
const streamErrors = 'urn:ietf:params:xml:ns:xmpp-streams'

/** A session in which the server says one of everything. */
function session(): readonly Exchange[] {
  const scram = new ScramServer('sha1')
  const final = (heard: string) => {
    try {
      return `<success xmlns='${sasl}'>${scram.final(dataOf(heard))}</success>`
    } catch {
      return `<failure xmlns='${sasl}'><not-authorized/></failure>`
    }
  }
  return [
    { hears: /<stream:stream[^>]*>/, says: openingTag },
    { hears: /^/, says: features(mechanisms('SCRAM-SHA-1', 'X-OTHER')) },
    {
      hears: /<\/auth>/,
      says: (heard) => `<challenge xmlns='${sasl}'>${scram.challenge(dataOf(heard))}</challenge>`,
    },
    { hears: /<\/response>/, says: final },
    { hears: /<stream:stream[^>]*>/, says: openingTag },
    {
      hears: /^/,
      says: features(
        `${bindFeature}<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/><ver xmlns='urn:xmpp:features:rosterver'/>`,
      ),
    },
    {
      hears: /<\/iq>/,
      says: answer(
        "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.test/desk</jid></bind>",
      ),
    },
    { hears: /<\/iq>/, says: answer('') },
    {
      hears: /<\/iq>/,
      says: answer(
        "<query xmlns='jabber:iq:roster'><item jid='bob@example.test' name='Bob' subscription='both'><group>A</group></item></query>",
      ),
    },
    {
      hears: /<\/iq>/,
      says: (heard) =>
        answer("<x xmlns='urn:example:thing'/>")(heard).replace(
          'type=',
          "from='bob@example.test/home' type=",
        ) +
        "<presence from='bob@example.test/home' xml:lang='en'><show>away</show><status>out</status><priority>-5</priority></presence>" +
        "<message from='bob@example.test/home' type='chat' id='m1'><subject>s</subject><body xml:lang='de'>Hallo</body><body>hi</body><thread parent='p'>t</thread><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/></message>" +
        "<message from='bob@example.test' type='error' id='sent'><body>x</body><error type='cancel' by='example.test'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:b@c</gone><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>because</text></error></message>" +
        "<iq type='set' id='push' from='alice@example.test'><query xmlns='jabber:iq:roster' ver='2'><item jid='carol@example.test' subscription='remove'/></query></iq>" +
        "<iq type='get' id='ping' from='example.test'><ping xmlns='urn:xmpp:ping'/></iq>" +
        "<iq type='get' id='other' from='bob@example.test/home'><query xmlns='urn:example:other'/></iq>",
    },
    {
      hears: /^/,
      says: `<stream:error><see-other-host xmlns='${streamErrors}'>other.test:5222</see-other-host><text xmlns='${streamErrors}' xml:lang='en'>bye</text><app xmlns='urn:example:app'/></stream:error></stream:stream>`,
    },
  ]
}

/** Words that mean something elsewhere. */
const intruders: readonly [string, ...string[]] = [
  openingTag,
  features(''),
  features(bindFeature + mechanisms('PLAIN')),
  `<success xmlns='${sasl}'/>`,
  `<challenge xmlns='${sasl}'>=</challenge>`,
  `<failure xmlns='${sasl}'><aborted/></failure>`,
  "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
  "<iq type='result' id='x'/>",
  "<iq type='set' id='x'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
  `<stream:error><reset xmlns='${streamErrors}'/></stream:error>`,
  '</stream:stream>',
  ' ',
  '',
]

function spoil(text: string, random: Random): string {
  if (random.chance(0.1)) return random.pick(intruders)
  if (random.chance(0.1)) return text + random.pick(intruders)
  if (random.chance(0.1)) return random.pick(intruders) + text
  if (random.chance(0.1)) return text + text
  if (random.chance(0.1)) return inventElement(random)
  if (random.chance(0.2)) {
    // Another value where a value was.
    const values = [...text.matchAll(/(?<=')[^'<>]*(?=')|(?<=>)[^<>]+(?=<)/g)]
    const at = random.integer(values.length)
    const other = random.pick([
      '',
      ' ',
      '@',
      '0',
      '-1',
      'a'.repeat(1_100),
      '__proto__',
      '\u0430',
      '&#xFFFD;',
      '[::]:0',
    ])
    let index = 0
    return text.replace(/(?<=')[^'<>]*(?=')|(?<=>)[^<>]+(?=<)/g, (value) => (index++ === at ? other : value))
  }
  return new TextDecoder().decode(mutate(new TextEncoder().encode(text), random, 1 + random.integer(3)))
}

function spoiled(random: Random): readonly Exchange[] {
  const script = session()
  const where = random.integer(script.length)
  return script.map(({ hears, says }, index) => ({
    hears,
    says: (heard) => {
      const text = typeof says === 'string' ? says : says(heard)
      return index === where ? spoil(text, random) : text
    },
  }))
}

const derive = promisify(pbkdf2)

/** Everything that is ready runs, what the client computes for its password included. */
async function settle(): Promise<void> {
  await rest()
  await derive('secret', 'salt of the earth', 3 * 4096, 20, 'sha1')
  await rest()
}

/** @param isOver resolves when nothing more is to come; before that, time passes for whoever waits for a time-out. */
async function outcomeOf(
  script: readonly Exchange[],
  isOver?: (state$: Client['state$']) => Promise<unknown>,
) {
  const { open, servers } = scriptedEndpoint([script])
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: open,
    reconnect: 'never',
  })
  client.message$.subscribe()
  client.presence$.subscribe()
  client.bounced$.subscribe()
  const connecting: Promise<unknown> = client.connect().catch((error: unknown) => error)
  const settled = connecting.then(async () => {
    const delivery = client.send({ id: 'sent', to: 'bob@example.test', body: 'x' })
    const answered: unknown = await client
      .request({ type: 'get', to: 'bob@example.test/home', payload: xml('x', 'urn:example:thing') })
      .catch((error: unknown) => error)
    return [answered, (await delivery.settled).status]
  })
  let over = isOver === undefined
  void isOver?.(client.state$).then(() => (over = true))
  // A turn of a writer that waits for more, and not the time-out of anybody.
  for (let turn = 0; turn < 1_000 && !over; turn += 1) {
    await rest()
    await vi.advanceTimersByTimeAsync(1)
  }
  await settle()
  // Longer than any one attempt may take, and than any silence is borne.
  for (let turn = 0; turn < 20; turn += 1) {
    await rest()
    await vi.advanceTimersByTimeAsync(60_000)
  }
  const errors = [
    await connecting,
    (await settled)[0],
    'error' in client.state ? client.state.error : undefined,
  ]
  const { status } = client.state
  await Promise.all([client.close(), vi.advanceTimersByTimeAsync(10_000)])
  await rest()
  return {
    status,
    codes: errors.map((error) => (error instanceof XmppError ? error.code : '')),
    untyped: errors.filter((error) => error instanceof Error && !(error instanceof XmppError)),
    defects: errors.filter((error) => error instanceof XmppError && error.code.startsWith('defect.')),
    ended: servers.every((server) => server.ended),
  }
}

describe('a server whose every word may be spoiled', () => {
  const starts = Array.from({ length: Math.ceil(mutations / chunk) }, (_, index) => firstSeed + index * chunk)

  it('is heard to the end where none is', async () => {
    // No error of connecting, none of the request; then the last word of the server.
    const isHalted = (state$: Client['state$']) =>
      firstValueFrom(state$.pipe(filter(({ status }) => status === 'halted')))
    expect(await outcomeOf(session(), isHalted)).toMatchObject({
      status: 'halted',
      codes: ['', '', 'stream.see-other-host'],
    })
  })

  it.each(starts)(
    `ends each session in a named state with a typed error: ${chunk} from seed %i`,
    async (start) => {
      for (let seed = start; seed < start + chunk; seed += 1) {
        const { status, untyped, defects, ended } = await outcomeOf(spoiled(createRandom(seed)))
        expect({ seed, untyped, defects, ended }).toEqual({ seed, untyped: [], defects: [], ended: true })
        expect(status).toMatch(/^(?:halted|online)$/)
      }
    },
  )
})
