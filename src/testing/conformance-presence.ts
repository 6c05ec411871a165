import { createStanzaId } from '../router/stanza-ids.js'
import { toRosterElement } from '../stanza/roster.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { judgeRefusal, type Probe } from './conformance-probe.js'
import type { Account, Visit, Visitor } from './conformance-visit.js'
import { right, unseen, wrong, type Judgement } from './finding.js'

const presence = (attributes: Readonly<Record<string, string>> = {}, ...content: readonly XmlElement[]) =>
  xml('presence', ns.client, attributes, ...content)

const priority = (value: number) => xml('priority', ns.client, {}, String(value))

const isPresence = (from: string, type?: string) => (stanza: XmlElement) =>
  stanza.is('presence', ns.client) && stanza.attribute('from') === from && stanza.attribute('type') === type

const available = { presence: {} } as const

/** Presence of one's own resources. */
export const presenceProbes: readonly Probe[] = [
  {
    id: 'presence.self',
    title: 'shows a resource its own presence',
    spec: 'RFC 6121 §4.2.2',
    state: 'presence.online.available',
    run: async (visit) => {
      const visitor = await visit.online(available)
      return (await visitor.find(isPresence(visitor.jid.toString()))) === undefined
        ? wrong('it does not come')
        : right()
    },
  },
  {
    id: 'presence.resources',
    title: 'shows the resources of an account to each other',
    spec: 'RFC 6121 §4.2.2, §4.3.2',
    state: 'presence.online.available',
    run: async (visit) => {
      const first = await visit.online(available)
      await first.settle()
      const second = await visit.online(available)
      if ((await first.find(isPresence(second.jid.toString()))) === undefined)
        return wrong('not to the first')
      return (await second.find(isPresence(first.jid.toString()))) === undefined
        ? wrong('not to the second')
        : right()
    },
  },
  {
    id: 'presence.change',
    title: 'passes a change of presence on unchanged',
    spec: 'RFC 6121 §4.4.2',
    state: 'presence.online.available',
    run: async (visit) => {
      const [one, other] = [await visit.online(available), await visit.online(available)]
      other.say(
        presence({}, xml('show', ns.client, {}, 'dnd'), xml('status', ns.client, {}, 'busy'), priority(7)),
      )
      const came = await one.find(
        (stanza) =>
          stanza.attribute('from') === other.jid.toString() && stanza.child('show')?.text() === 'dnd',
      )
      if (came === undefined) return wrong('it does not come')
      return came.child('status')?.text() === 'busy' && came.child('priority')?.text() === '7'
        ? right()
        : wrong('something is gone')
    },
  },
  {
    id: 'presence.unavailable',
    title: 'tells the others when a resource leaves',
    spec: 'RFC 6121 §4.5.2',
    state: 'presence.online.unavailable',
    run: async (visit) => {
      const [one, other] = [await visit.online(available), await visit.online(available)]
      await one.find(isPresence(other.jid.toString()))
      const jid = other.jid.toString()
      await other.client.disconnect()
      return (await one.find(isPresence(jid, 'unavailable'))) === undefined
        ? wrong('nobody is told')
        : right()
    },
  },
  {
    id: 'presence.invalid-type',
    title: 'refuses presence of a type that there is not',
    spec: 'RFC 6121 §4.7.1',
    state: 'presence.online.available',
    run: async (visit) => {
      const visitor = await visit.online(available)
      return judgeRefusal(
        await visitor.bounce(presence({ type: 'unheard-of', id: createStanzaId() })),
        'bad-request',
      )
    },
  },
  {
    id: 'presence.priority-negative',
    title: 'delivers nothing for the account to a resource of negative priority',
    spec: 'RFC 6121 §8.5.2.1.1',
    state: 'presence.online.available',
    run: async (visit) => {
      const [negative, other] = [
        await visit.online({ presence: { priority: -1 } }),
        await visit.online(available),
      ]
      await negative.settle()
      const id = createStanzaId()
      other.say(
        xml(
          'message',
          ns.client,
          { to: visit.options.account.jid, id, type: 'chat' },
          xml('body', ns.client, {}, id),
        ),
      )
      const came = await other.find((stanza) => stanza.attribute('id') === id)
      await negative.settle()
      if (negative.stanzas.some((stanza) => stanza.attribute('id') === id)) return wrong('it comes there')
      return came === undefined ? wrong('it comes nowhere') : right()
    },
  },
]

/** Two who have nothing to do with each other, and have not afterwards either. */
async function asStrangers(
  visit: Visit,
  meet: (one: Visitor, other: Visitor, jids: readonly [one: string, other: string]) => Promise<Judgement>,
): Promise<Judgement> {
  const { account, other } = visit.options
  if (other === undefined) return unseen('no second account is given')
  const part = async (who: Visitor, jid: string) => {
    await who.demand('set', toRosterElement({ items: [{ jid, subscription: 'remove' }] }))
    who.say(presence({ to: jid, type: 'unsubscribed' }))
    await who.settle()
  }
  const arrive = async (who: Account) => {
    const visitor = await visit.online(available, who)
    await visitor.demand('get', toRosterElement())
    return visitor
  }
  const [one, another] = [await arrive(account), await arrive(other)]
  const everybodyParts = async () => {
    await part(one, other.jid)
    await part(another, account.jid)
    await one.settle()
  }
  await everybodyParts()
  one.stanzas.length = 0
  another.stanzas.length = 0
  try {
    return await meet(one, another, [account.jid, other.jid])
  } finally {
    await everybodyParts()
  }
}

const isType = (type: string, from: string) => (stanza: XmlElement) =>
  stanza.is('presence', ns.client) && stanza.attribute('type') === type && stanza.attribute('from') === from

const isPush = (jid: string, attributes: Readonly<Record<string, string>>) => (stanza: XmlElement) => {
  const item = stanza.child('query', ns.roster)?.child('item')
  return (
    item?.attribute('jid') === jid &&
    Object.entries(attributes).every(([name, value]) => item.attribute(name) === value)
  )
}

/** Subscriptions between two accounts. */
export const subscriptionProbes: readonly Probe[] = [
  {
    id: 'subscription.handshake',
    title: 'carries a request, pushes what it leads to, and shows presence once it is granted',
    spec: 'RFC 6121 §3.1',
    state: 'befriending.open.handshaking',
    needsOther: true,
    run: (visit) =>
      asStrangers(visit, async (one, other, [jid, otherJid]) => {
        one.say(presence({ to: otherJid, type: 'subscribe' }))
        if ((await one.find(isPush(otherJid, { ask: 'subscribe' }))) === undefined)
          return wrong('no push says that it was asked')
        if ((await other.find(isType('subscribe', jid))) === undefined)
          return wrong('the request does not come, or not from the bare JID')
        other.say(presence({ to: jid, type: 'subscribed' }))
        if ((await other.find(isPush(jid, { subscription: 'from' }))) === undefined)
          return wrong('no push to who grants')
        if ((await one.find(isPush(otherJid, { subscription: 'to' }))) === undefined)
          return wrong('no push to who has asked')
        if ((await one.find(isType('subscribed', otherJid))) === undefined)
          return wrong('the grant does not come')
        const seen = await one.find(isPresence(other.jid.toString()))
        return seen === undefined ? wrong('no presence comes') : right()
      }),
  },
  {
    id: 'subscription.refused',
    title: 'carries a refusal, and forgets the request',
    spec: 'RFC 6121 §3.2.1, §3.2.3',
    state: 'befriending.refused',
    needsOther: true,
    run: (visit) =>
      asStrangers(visit, async (one, other, [jid, otherJid]) => {
        one.say(presence({ to: otherJid, type: 'subscribe' }))
        if ((await other.find(isType('subscribe', jid))) === undefined)
          return wrong('the request does not come')
        other.say(presence({ to: jid, type: 'unsubscribed' }))
        if ((await one.find(isType('unsubscribed', otherJid))) === undefined)
          return wrong('the refusal does not come')
        const push = await one.find(
          (stanza) =>
            isPush(otherJid, { subscription: 'none' })(stanza) &&
            !isPush(otherJid, { ask: 'subscribe' })(stanza),
        )
        return push === undefined ? wrong('no push says that nothing is asked any more') : right()
      }),
  },
  {
    id: 'subscription.kept',
    title: 'keeps a request for who is away',
    spec: 'RFC 6121 §3.1.3',
    state: 'befriending.open.handshaking',
    needsOther: true,
    run: (visit) =>
      asStrangers(visit, async (one, other, [jid, otherJid]) => {
        await other.client.disconnect()
        one.say(presence({ to: otherJid, type: 'subscribe' }))
        await one.find(isPush(otherJid, { ask: 'subscribe' }))
        await one.settle()
        other.stanzas.length = 0
        await other.client.connect({ signal: AbortSignal.timeout(4 * visit.patienceMs) })
        return (await other.find(isType('subscribe', jid))) === undefined
          ? wrong('it does not come')
          : right()
      }),
  },
  {
    id: 'presence.hidden',
    title: 'shows a stranger no presence',
    spec: 'RFC 6121 §4.2.2, §4.3.2',
    state: 'presence.online.available',
    needsOther: true,
    run: (visit) =>
      asStrangers(visit, async (one, other, [, otherJid]) => {
        other.say(presence({}, xml('status', ns.client, {}, 'seen')))
        one.say(presence({ to: otherJid, type: 'probe' }))
        await other.settle()
        await one.settle()
        const seen = one.stanzas.some(
          (stanza) => stanza.is('presence', ns.client) && stanza.attribute('from') === other.jid.toString(),
        )
        return seen ? wrong('it comes') : right()
      }),
  },
  {
    id: 'presence.directed',
    title: 'shows directed presence, and its end when the session ends',
    spec: 'RFC 6121 §4.6.3',
    state: 'presence.online.available',
    needsOther: true,
    run: (visit) =>
      asStrangers(visit, async (one, other, [, otherJid]) => {
        one.say(presence({ to: otherJid }))
        const jid = one.jid.toString()
        if ((await other.find(isPresence(jid))) === undefined) return wrong('it does not come')
        await one.client.disconnect()
        const gone = await other.find(isPresence(jid, 'unavailable'))
        await one.client.connect({ signal: AbortSignal.timeout(4 * visit.patienceMs) })
        return gone === undefined ? wrong('its end does not come') : right()
      }),
  },
  {
    id: 'message.offline',
    title: 'keeps a message for who is away, or sends it back',
    spec: 'RFC 6121 §8.5.2.2.1, XEP-0160 §3',
    state: 'session.active.online',
    needsOther: true,
    run: (visit) =>
      asStrangers(visit, async (one, other, [, otherJid]) => {
        await other.client.disconnect()
        const id = createStanzaId()
        const sent = xml(
          'message',
          ns.client,
          { to: otherJid, id, type: 'chat' },
          xml('body', ns.client, {}, id),
        )
        await one.mayBounce(sent)
        await other.client.connect({ signal: AbortSignal.timeout(4 * visit.patienceMs) })
        const isBack = () => one.returnOf(sent) !== undefined
        const came = isBack() ? undefined : await other.find((stanza) => stanza.child('body')?.text() === id)
        if (isBack()) return judgeRefusal(one.returnOf(sent), 'service-unavailable')
        if (came === undefined) return wrong('it is lost')
        return came.child('delay', ns.delay) === undefined
          ? wrong('kept, but it does not say since when')
          : right('kept')
      }),
  },
]
