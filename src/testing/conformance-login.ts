import { AuthenticationError, ProtocolError, StanzaError, StreamError, TimeoutError } from '../errors.js'
import type { ClientOptions } from '../index.js'
import { createStanzaId } from '../router/stanza-ids.js'
import { parseSaslElement } from '../stanza/sasl.js'
import { channelBindingTypes } from '../sasl/channel-binding.js'
import { findMechanism } from '../sasl/mechanisms.js'
import { encodeBase64 } from '../base64.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { judgeEnd, unanswered, type Probe, type ProbeSource } from './conformance-probe.js'
import type { Visit } from './conformance-visit.js'
import { absent, right, unseen, wrong, type Judgement } from './finding.js'

/** Three probes for each mechanism that is offered: our own chart logs in, rightly and wrongly, by it and by no other. */
export const mechanismProbes: ProbeSource = async (visit) => {
  const { features, stream } = await visit.openSecure()
  const accepted = features.channelBindings ?? ['tls-unique']
  const isBindable = channelBindingTypes.some(
    (type) => accepted.includes(type) && stream.transport.channelBinding(type) !== undefined,
  )
  return features.mechanisms.flatMap((name): readonly Probe[] => {
    const obstacle = obstacleTo(name, isBindable)
    return obstacle === undefined
      ? [loginBy(name), ...wrongLoginsBy(name)]
      : [{ ...loginBy(name), run: async () => unseen(obstacle) }]
  })
}

function obstacleTo(name: string, isBindable: boolean): string | undefined {
  const facts = findMechanism(name)
  if (facts === undefined) return 'this client does not speak it'
  if (facts.needs !== 'password') return 'it takes no password'
  if (facts.bound && !isBindable) return 'this channel has none of the bindings that it accepts'
  return undefined
}

const loginBy = (name: string): Probe => ({
  id: `login.${name}`,
  title: `lets the account in by ${name}`,
  spec: name.startsWith('SCRAM') ? 'RFC 6120 §6.4, RFC 5802 §3' : 'RFC 6120 §6.4',
  state: 'authentication.verifying',
  run: async (visit) => {
    try {
      await visit.online({ mechanisms: [name] })
      return right()
    } catch (error) {
      if (error instanceof AuthenticationError) return wrong(error.message)
      throw error
    }
  },
})

const wrongLoginsBy = (name: string): readonly Probe[] => [
  {
    id: `sasl.wrong-password.${name}`,
    title: `refuses a wrong password by ${name}`,
    spec: 'RFC 6120 §6.5.10',
    state: 'authentication.responding',
    run: (visit) => tryLogin(visit, { mechanisms: [name], password: `not-${createStanzaId()}` }),
  },
  {
    id: `sasl.unknown-user.${name}`,
    title: `refuses, by ${name}, who does not exist like who has a wrong password`,
    spec: 'RFC 6120 §13.11, RFC 5802 §9',
    state: 'authentication.responding',
    run: (visit) =>
      tryLogin(visit, { mechanisms: [name], jid: `nobody-${createStanzaId()}@${visit.domain}` }),
  },
]

async function tryLogin(visit: Visit, options: Partial<ClientOptions>): Promise<Judgement> {
  try {
    await visit.online(options)
    return wrong('it lets in')
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error
    return error.condition === 'not-authorized' ? right(error.condition) : wrong(error.condition)
  }
}

/** An element, or one for the SCRAM that the server offers. */
type Step = XmlElement | ((scram: string) => XmlElement)

/** Says one thing after the other where a login begins, and gives the last answer; SASL failures leave the stream open. */
async function tryAuth(
  visit: Visit,
  ...steps: readonly Step[]
): Promise<Judgement & { readonly condition: string }> {
  const { features, stream } = await visit.openSecure()
  const scram = features.mechanisms.find((name) => name.startsWith('SCRAM-') && !name.endsWith('-PLUS'))
  let condition = ''
  for (const step of steps) {
    if (scram === undefined && typeof step === 'function')
      return { ...unseen('no SCRAM is offered'), condition }
    stream.send(typeof step === 'function' ? step(scram ?? '') : step)
    const answer = await stream.next(visit.signal).catch(() => undefined)
    if (answer === undefined) return { ...wrong(stream.end?.message ?? 'no answer'), condition: '' }
    const parsed = parseSaslElement(answer)
    condition = parsed.kind === 'failure' ? parsed.condition : parsed.kind
  }
  return { ...right(condition), condition }
}

const auth = (mechanism: string, data?: string) => xml('auth', ns.sasl, { mechanism }, data)
const scramAuth = (data: string) => (scram: string) => auth(scram, data)
const encode = (text: string) => encodeBase64(new TextEncoder().encode(text))
const expecting = (
  tried: Judgement & { readonly condition: string },
  ...conditions: readonly string[]
): Judgement =>
  tried.verdict === 'right' && !conditions.includes(tried.condition) ? wrong(tried.condition) : tried

const has = async (visit: Visit, name: string) =>
  (await visit.openSecure()).features.mechanisms.includes(name)

/** How the server treats logins that go wrong, and what it offers. */
export const loginProbes: readonly Probe[] = [
  {
    id: 'sasl.scram',
    title: 'offers the mechanism that everybody has to have, SCRAM-SHA-1',
    spec: 'RFC 6120 §13.8',
    state: 'authentication.choosing',
    run: async (visit) => ((await has(visit, 'SCRAM-SHA-1')) ? right() : wrong('it does not')),
  },
  ...(['SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS'] as const).map((name): Probe => ({
    id: `sasl.offers.${name}`,
    title: `offers ${name}`,
    spec: name === 'SCRAM-SHA-1-PLUS' ? 'RFC 6120 §13.8' : 'RFC 7677 §2',
    state: 'authentication.choosing',
    run: async (visit) => ((await has(visit, name)) ? right() : absent()),
  })),
  {
    id: 'sasl.channel-bindings',
    title: 'says which channel bindings it accepts',
    spec: 'XEP-0440 §3',
    state: 'authentication.choosing',
    run: async (visit) => {
      const { channelBindings } = (await visit.openSecure()).features
      return channelBindings === undefined ? absent() : right(channelBindings.join(', '))
    },
  },
  {
    id: 'sasl.invalid-mechanism',
    title: 'refuses a mechanism that it does not offer',
    spec: 'RFC 6120 §6.5.7',
    state: 'authentication.initiating',
    run: async (visit) => expecting(await tryAuth(visit, auth('X-NOTHING')), 'invalid-mechanism'),
  },
  {
    id: 'sasl.retry',
    title: 'lets a client try again on the same stream',
    spec: 'RFC 6120 §6.4.5',
    state: 'authentication.choosing',
    run: async (visit) =>
      expecting(await tryAuth(visit, auth('X-NOTHING'), auth('X-NOTHING')), 'invalid-mechanism'),
  },
  {
    id: 'sasl.incorrect-encoding',
    title: 'refuses data that is no base64',
    spec: 'RFC 6120 §6.5.5',
    state: 'authentication.initiating',
    run: async (visit) =>
      expecting(await tryAuth(visit, scramAuth('???')), 'incorrect-encoding', 'malformed-request'),
  },
  {
    id: 'sasl.malformed-request',
    title: 'refuses data that is no SCRAM',
    spec: 'RFC 6120 §6.5.8',
    state: 'authentication.initiating',
    run: async (visit) => expecting(await tryAuth(visit, scramAuth(encode('nonsense'))), 'malformed-request'),
  },
  {
    id: 'sasl.abort',
    title: 'lets a client stop half-way',
    spec: 'RFC 6120 §6.4.4, §6.5.1',
    state: 'authentication.responding',
    run: async (visit) =>
      expecting(
        await tryAuth(visit, scramAuth(encode(`n,,n=nobody,r=${createStanzaId()}`)), xml('abort', ns.sasl)),
        'aborted',
      ),
  },
  {
    id: 'bind.offered',
    title: 'offers resource binding after authentication, and no authentication',
    spec: 'RFC 6120 §6.4.6, §7.4',
    state: 'binding.awaitingFeatures',
    run: async (visit) => {
      const { client } = await visit.online()
      const { state } = client
      if (state.status !== 'online') return unseen('not online')
      return state.features.includes(`{${ns.sasl}}mechanisms`)
        ? wrong('authentication is offered again')
        : right()
    },
  },
  {
    id: 'bind.generated',
    title: 'makes a resource for who asks for none',
    spec: 'RFC 6120 §7.6',
    state: 'binding.requesting',
    run: async (visit) => {
      try {
        await visit.online({ jid: visit.options.account.jid })
        return right()
      } catch (error) {
        if (error instanceof StanzaError) return wrong(error.condition)
        if (error instanceof ProtocolError) return wrong(error.message)
        if (error instanceof TimeoutError && error.code === 'timeout.bind') return unanswered
        throw error
      }
    },
  },
  {
    id: 'bind.given',
    title: 'gives the resource that is asked for, or another',
    spec: 'RFC 6120 §7.7',
    state: 'binding.requesting',
    run: async (visit) => {
      const { client, jid } = await visit.online()
      return right(jid.resource === client.jid.resource ? 'the same' : 'another')
    },
  },
  {
    id: 'bind.conflict',
    title: 'keeps two sessions from having one resource',
    spec: 'RFC 6120 §7.7.2.2',
    state: 'binding.requesting',
    run: async (visit) => {
      const first = await visit.online()
      const second = await visit.online({ jid: first.jid.toString() })
      if (second.jid.resource !== first.jid.resource) return right('the second got another one')
      const end = await first.end()
      if (end instanceof StreamError && end.condition === 'conflict') return right('the first was ended')
      return wrong(end === undefined ? 'both go on' : end.code)
    },
  },
  {
    id: 'bind.stanza-before',
    title: 'takes no stanza before a resource is bound',
    spec: 'RFC 6120 §7.1, §4.9.3.12',
    state: 'binding.requesting',
    run: async (visit) => {
      const visitor = visit.client()
      const word = createStanzaId()
      // The features are yet to come, and so is the request.
      const connected = visitor.client.connect({ signal: visit.signal })
      visitor.client.state$.subscribe((state) => {
        if (state.status === 'binding' && state.phase === 'awaitingFeatures') {
          visitor.write(`<message xmlns='jabber:client' to='${visit.options.account.jid}' id='${word}'/>`)
        }
      })
      const error: unknown = await connected.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (error instanceof StreamError)
        return error.condition === 'not-authorized' ? right(error.condition) : wrong(error.condition)
      return error === undefined ? wrong('it is taken, or ignored') : right('an error comes back')
    },
  },
  {
    id: 'login.twice',
    title: 'takes no second authentication',
    spec: 'RFC 6120 §6.4.6',
    state: 'session.active.online',
    run: async (visit) => {
      const visitor = await visit.online()
      visitor.write(`<auth xmlns='${ns.sasl}' mechanism='PLAIN'>AG5vYm9keQBub3RoaW5n</auth>`)
      return judgeEnd(
        await visitor.end(),
        'unsupported-stanza-type',
        'not-authorized',
        'bad-format',
        'policy-violation',
        'invalid-namespace',
      )
    },
  },
]
