import { StanzaError } from '../errors.js'
import { createStanzaId } from '../router/stanza-ids.js'
import { parseDiscoInfo, toDiscoInfoElement } from '../stanza/disco.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { judgeEnd, judgeRefusal, unanswered, type Probe } from './conformance-probe.js'
import type { Visit, Visitor } from './conformance-visit.js'
import { absent, right, unseen, wrong, type Judgement } from './finding.js'

const online = 'session.active.online'
const unknown = () => xml('query', 'urn:example:nobody-knows-this')
const unknownConditions = ['service-unavailable', 'feature-not-implemented'] as const

const message = (to: string, type: string | undefined, ...payloads: readonly XmlElement[]) =>
  xml(
    'message',
    ns.client,
    { to, type, id: createStanzaId() },
    xml('body', ns.client, {}, createStanzaId()),
    ...payloads,
  )

/** Writes to oneself at another resource that is there, and gives what comes. */
async function deliver(
  visit: Visit,
  type?: string,
): Promise<{ readonly from: Visitor; readonly came: XmlElement | undefined }> {
  const [from, to] = [await visit.online(), await visit.online()]
  const sent = message(to.jid.toString(), type, xml('note', 'urn:example:note', { mark: 'kept' }))
  from.say(sent)
  const came = await to.find((stanza) => stanza.attribute('id') === sent.attribute('id'))
  return { from, came }
}

const says = (text: string) => async (visit: Visit) => {
  const visitor = await visit.online()
  visitor.write(text)
  return visitor
}

/** Stanzas once online: what is delivered, answered and refused. */
export const stanzaProbes: readonly Probe[] = [
  ...[undefined, 'chat', 'normal', 'headline'].map((type): Probe => ({
    id: `message.${type ?? 'typeless'}`,
    title: `delivers a message ${type === undefined ? 'without a type' : `of type ${type}`} to a resource`,
    spec: 'RFC 6121 §8.5.3.1',
    state: online,
    run: async (visit) =>
      (await deliver(visit, type)).came === undefined ? wrong('it does not come') : right(),
  })),
  {
    id: 'message.from',
    title: 'stamps what is sent with the full JID of the sender',
    spec: 'RFC 6120 §8.1.2.1',
    state: online,
    run: async (visit) => {
      const { came, from } = await deliver(visit, 'chat')
      if (came === undefined) return unseen('the message does not come')
      return came.attribute('from') === from.jid.toString()
        ? right()
        : wrong(came.attribute('from') ?? 'no from')
    },
  },
  {
    id: 'message.payload',
    title: 'delivers content that it does not know unchanged',
    spec: 'RFC 6120 §8.4',
    state: online,
    run: async (visit) => {
      const { came } = await deliver(visit, 'chat')
      if (came === undefined) return unseen('the message does not come')
      return came.child('note', 'urn:example:note')?.attribute('mark') === 'kept'
        ? right()
        : wrong('it is gone')
    },
  },
  {
    id: 'message.lang',
    title: 'says in which language a message is where the sender does not',
    spec: 'RFC 6120 §8.1.5',
    state: online,
    run: async (visit) => {
      const { came } = await deliver(visit, 'chat')
      if (came === undefined) return unseen('the message does not come')
      const lang = came.attribute('lang', ns.xmlNamespace)
      return lang === undefined ? wrong('no xml:lang') : right(lang)
    },
  },
  {
    id: 'message.unknown-type',
    title: 'treats a message of unknown type as a normal one',
    spec: 'RFC 6121 §5.2.2',
    state: online,
    run: async (visit) =>
      (await deliver(visit, 'unheard-of')).came === undefined ? wrong('it does not come') : right(),
  },
  {
    id: 'message.no-resource',
    title: 'delivers a chat to a resource that is gone as one to the account, or sends it back',
    spec: 'RFC 6121 §8.5.3.2.1',
    state: online,
    run: async (visit) => {
      const visitor = await visit.online({ presence: {} })
      const sent = message(`${visit.options.account.jid}/gone-${createStanzaId()}`, 'chat')
      visitor.say(sent)
      const came = await visitor.find((stanza) => stanza.attribute('id') === sent.attribute('id'))
      if (came === undefined) return wrong('neither comes')
      return right(came.attribute('type') === 'error' ? 'it comes back' : 'it is delivered')
    },
  },
  {
    id: 'message.groupchat',
    title: 'sends a groupchat message to an account back',
    spec: 'RFC 6121 §8.5.2.1.1',
    state: online,
    run: async (visit) => {
      const visitor = await visit.online({ presence: {} })
      return judgeRefusal(
        await visitor.bounce(message(visit.options.account.jid, 'groupchat')),
        'service-unavailable',
      )
    },
  },
  {
    id: 'message.nobody',
    title: 'sends a message to nobody back, or drops it',
    spec: 'RFC 6121 §8.5.1',
    state: online,
    run: async (visit) => {
      const visitor = await visit.online()
      const back = await visitor.mayBounce(message(`nobody-${createStanzaId()}@${visit.domain}`, 'chat'))
      return back === undefined ? right('dropped') : judgeRefusal(back, 'service-unavailable')
    },
  },
  {
    id: 'message.no-domain',
    title: 'says that a domain cannot be reached',
    spec: 'RFC 6120 §8.3.3.16, §10.4',
    state: online,
    run: async (visit) => {
      const visitor = await visit.online()
      const sent = message('somebody@nowhere.invalid', 'chat')
      visitor.say(sent)
      const back = await visitor.find((stanza) => stanza.attribute('id') === sent.attribute('id'))
      if (back === undefined) return unseen('no word within the time')
      const condition = back.child('error')?.elements(undefined, ns.stanzaErrors)[0]?.name ?? 'no condition'
      return [
        'remote-server-not-found',
        'forbidden',
        'remote-server-timeout',
        'service-unavailable',
        'not-allowed',
      ].includes(condition)
        ? right(condition)
        : wrong(condition)
    },
  },
  {
    id: 'iq.unknown',
    title: 'refuses a request that it does not know',
    spec: 'RFC 6120 §8.4',
    state: online,
    run: async (visit) =>
      judgeRefusal(await (await visit.online()).ask('get', unknown(), visit.domain), ...unknownConditions),
  },
  {
    id: 'iq.account',
    title: 'answers for the account what it does not know',
    spec: 'RFC 6121 §8.5.2.1.3',
    state: online,
    run: async (visit) =>
      judgeRefusal(
        await (await visit.online()).ask('get', unknown(), visit.options.account.jid),
        ...unknownConditions,
      ),
  },
  {
    id: 'iq.no-resource',
    title: 'refuses a request to a resource that is gone',
    spec: 'RFC 6121 §8.5.3.2.3',
    state: online,
    run: async (visit) =>
      judgeRefusal(
        await (
          await visit.online()
        ).ask('get', unknown(), `${visit.options.account.jid}/gone-${createStanzaId()}`),
        'service-unavailable',
      ),
  },
  {
    id: 'iq.nobody',
    title: 'refuses a request to nobody',
    spec: 'RFC 6121 §8.5.1',
    state: online,
    run: async (visit) =>
      judgeRefusal(
        await (await visit.online()).ask('get', unknown(), `nobody-${createStanzaId()}@${visit.domain}`),
        'service-unavailable',
      ),
  },
  ...(
    [
      ['empty', 'a get without a payload', 'get', []],
      ['two', 'a get with two payloads', 'get', [unknown(), unknown()]],
      ['type', 'a request of unknown type', 'ask', [unknown()]],
    ] as const
  ).map(([name, what, type, payloads]): Probe => ({
    id: `iq.${name}`,
    title: `refuses ${what}`,
    spec: 'RFC 6120 §8.2.3',
    state: online,
    run: async (visit) => {
      const visitor = await visit.online()
      const request = xml('iq', ns.client, { type, id: createStanzaId(), to: visit.domain }, ...payloads)
      return judgeRefusal(await visitor.bounce(request), 'bad-request')
    },
  })),
  {
    id: 'iq.delivered',
    title: 'carries a request from one resource to another, and the answer back',
    spec: 'RFC 6121 §8.5.3.1',
    state: online,
    run: async (visit) => {
      const [one, other] = [await visit.online(), await visit.online()]
      const answer = await one.ask('get', unknown(), other.jid.toString())
      if (answer === undefined) return unanswered
      if (!(answer instanceof StanzaError)) return wrong('somebody else has answered')
      return judgeRefusal(answer, ...unknownConditions)
    },
  },
  {
    id: 'ping',
    title: 'answers a ping',
    spec: 'XEP-0199 §4.2',
    state: 'session.active.online',
    run: async (visit) => {
      const answer = await (await visit.online()).ask('get', xml('ping', ns.ping), visit.domain)
      if (answer === undefined) return unanswered
      return answer instanceof StanzaError ? absent(answer.condition) : right()
    },
  },
  {
    id: 'disco.info',
    title: 'says that it is a server, and what it can do',
    spec: 'XEP-0030 §3.1',
    state: online,
    run: async (visit) => {
      const answer = await (await visit.online()).ask('get', toDiscoInfoElement(), visit.domain)
      if (answer === undefined) return unanswered
      if (answer instanceof StanzaError) return absent(answer.condition)
      const info = answer === 'empty' ? undefined : parseDiscoInfo(answer)
      if (info === undefined) return wrong('an answer without a query')
      const isServer = info.identities.some(({ category, type }) => category === 'server' && type === 'im')
      return isServer ? right(`${info.features.length} features`) : wrong('no identity server/im')
    },
  },
  {
    id: 'xml.online',
    title: 'ends the session over XML that is not well-formed',
    spec: 'RFC 6120 §4.9.3.13',
    state: online,
    run: async (visit) =>
      judgeEnd(
        await (await says('<message></presence>')(visit)).end(),
        'not-well-formed',
        'bad-format',
        'invalid-xml',
      ),
  },
  {
    id: 'stanza.unknown',
    title: 'ends the session over a stanza that there is not',
    spec: 'RFC 6120 §4.9.3.24',
    state: online,
    run: async (visit) =>
      judgeEnd(
        await (await says("<letter xmlns='jabber:client'/>")(visit)).end(),
        'unsupported-stanza-type',
        'bad-format',
      ),
  },
  {
    id: 'stanza.forged',
    title: 'does not let anybody write in the name of another',
    spec: 'RFC 6120 §8.1.2.1, §4.9.3.9',
    state: online,
    run: async (visit): Promise<Judgement> => {
      const [one, other] = [await visit.online(), await visit.online()]
      const id = createStanzaId()
      one.write(
        `<message xmlns='jabber:client' from='somebody@nowhere.invalid/x' to='${other.jid}' id='${id}'><body>x</body></message>`,
      )
      await one.client
        .request(
          { type: 'get', to: visit.domain, payload: xml('ping', ns.ping) },
          { timeoutMs: visit.patienceMs },
        )
        .catch(() => undefined)
      await other.settle()
      const came = other.stanzas.find((stanza) => stanza.attribute('id') === id)
      const from = came?.attribute('from')
      if (from?.startsWith('somebody@') === true) return wrong('it is delivered as it is')
      if (came !== undefined) return right('the sender is set right')
      return one.client.state.status === 'online'
        ? right('it is dropped')
        : judgeEnd(await one.end(), 'invalid-from')
    },
  },
  {
    id: 'close.order',
    title: 'answers the closing tag with its own, and ends the connection',
    spec: 'RFC 6120 §4.4',
    state: 'session.active.closing',
    run: async (visit) => {
      const { stream } = await visit.openSecure()
      const begin = performance.now()
      await stream.close(visit.signal)
      const tookMs = performance.now() - begin
      if (tookMs >= visit.patienceMs - 50) return wrong('the connection stays')
      return stream.end?.message.endsWith('closed the stream') === true
        ? right()
        : wrong(stream.end?.message ?? 'no closing tag')
    },
  },
]
