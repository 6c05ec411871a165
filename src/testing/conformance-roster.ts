import { StanzaError } from '../errors.js'
import { createStanzaId } from '../router/stanza-ids.js'
import { parseRoster, toRosterElement, type RosterItem } from '../stanza/roster.js'
import { xml, XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { judgeRefusal, unanswered, type Probe } from './conformance-probe.js'
import type { Answer, Visit, Visitor } from './conformance-visit.js'
import { absent, right, wrong, type Judgement } from './finding.js'

const get = (visitor: Visitor, ver?: string) => visitor.ask('get', toRosterElement({ ver }))

const remove = (visitor: Visitor, jid: string) =>
  visitor.ask('set', toRosterElement({ items: [{ jid, subscription: 'remove' }] }))

const isPushOf = (jid: string, subscription?: string) => (stanza: XmlElement) => {
  const item = stanza.attribute('type') === 'set' ? itemOf(stanza, jid) : undefined
  return item !== undefined && (subscription === undefined || item.subscription === subscription)
}

function itemOf(stanza: XmlElement, jid: string): RosterItem | undefined {
  const query = stanza.child('query', ns.roster)
  return query && parseRoster(query)?.items.find((item) => item.jid.toString() === jid)
}

/** Puts a contact into the list that nobody has, and takes it out again afterwards. */
async function withContact(
  visit: Visit,
  look: (visitor: Visitor, jid: string, answer: Answer) => Promise<Judgement>,
): Promise<Judgement> {
  const visitor = await visit.online()
  const jid = `check-${createStanzaId().toLowerCase()}@${visit.domain}`
  // Who has not asked for the list hears of no change. @see RFC 6121 §2.2
  await visitor.demand('get', toRosterElement())
  const answer = await visitor.ask(
    'set',
    toRosterElement({ items: [{ jid, name: 'Check', groups: ['Checks'] }] }),
  )
  try {
    return await look(visitor, jid, answer)
  } finally {
    await remove(visitor, jid)
  }
}

/** The contact list. */
export const rosterProbes: readonly Probe[] = [
  {
    id: 'roster.get',
    title: 'gives the contact list',
    spec: 'RFC 6121 §2.1.3',
    state: 'roster.requesting',
    run: async (visit) => {
      const answer = await get(await visit.online())
      if (answer === undefined) return unanswered
      if (answer instanceof StanzaError) return wrong(answer.condition)
      if (answer === 'empty') return wrong('a result without a list')
      return answer.is('query', ns.roster)
        ? right(`${answer.elements('item').length} contacts`)
        : wrong(answer.name)
    },
  },
  {
    id: 'roster.set',
    title: 'takes a contact into the list',
    spec: 'RFC 6121 §2.3',
    state: 'roster.synced',
    run: (visit) =>
      withContact(visit, async (visitor, jid, answer) => {
        if (answer === undefined) return unanswered
        if (answer instanceof StanzaError) return wrong(answer.condition)
        const list = await get(visitor)
        const items = list instanceof XmlElement ? (parseRoster(list)?.items ?? []) : []
        const item = items.find((one) => one.jid.toString() === jid)
        if (item === undefined) return wrong('it is not in the list')
        return item.name === 'Check' && item.groups.includes('Checks') && item.subscription === 'none'
          ? right()
          : wrong('it is not as it was given')
      }),
  },
  {
    id: 'roster.push',
    title: 'pushes the change to who has asked for the list',
    spec: 'RFC 6121 §2.1.6',
    state: 'roster.synced',
    run: (visit) =>
      withContact(visit, async (visitor, jid) => {
        const push = await visitor.find(isPushOf(jid))
        if (push === undefined) return wrong('no push comes')
        const from = push.attribute('from')
        return from === undefined || from === visit.options.account.jid ? right() : wrong(`from ${from}`)
      }),
  },
  {
    id: 'roster.push-others',
    title: 'pushes it to other resources that have asked for the list, and to no others',
    spec: 'RFC 6121 §2.2, §2.1.6',
    state: 'roster.synced',
    run: async (visit) => {
      const [interested, other] = [await visit.online(), await visit.online()]
      await interested.demand('get', toRosterElement())
      return withContact(visit, async (_visitor, jid) => {
        if ((await interested.find(isPushOf(jid))) === undefined)
          return wrong('no push to an interested resource')
        await other.settle()
        return other.stanzas.some(isPushOf(jid)) ? wrong('also to who has not asked') : right()
      })
    },
  },
  {
    id: 'roster.update',
    title: 'renames a contact',
    spec: 'RFC 6121 §2.4',
    state: 'roster.synced',
    run: (visit) =>
      withContact(visit, async (visitor, jid) => {
        const answer = await visitor.ask('set', toRosterElement({ items: [{ jid, name: 'Renamed' }] }))
        if (answer === undefined) return unanswered
        if (answer instanceof StanzaError) return wrong(answer.condition)
        const push = await visitor.find((stanza) => itemOf(stanza, jid)?.name === 'Renamed')
        if (push === undefined) return wrong('no push comes')
        return itemOf(push, jid)?.groups.length === 0 ? right() : wrong('groups that were left out are kept')
      }),
  },
  {
    id: 'roster.remove',
    title: 'takes a contact out of the list',
    spec: 'RFC 6121 §2.5',
    state: 'roster.synced',
    run: (visit) =>
      withContact(visit, async (visitor, jid) => {
        await remove(visitor, jid)
        const push = await visitor.find(isPushOf(jid, 'remove'))
        return push === undefined ? wrong('no push says so') : right()
      }),
  },
  {
    id: 'roster.remove-nobody',
    title: 'refuses to take out who is not in the list',
    spec: 'RFC 6121 §2.5.3',
    state: 'roster.synced',
    run: async (visit) => {
      const jid = `check-${createStanzaId()}@${visit.domain}`
      const visitor = await visit.online()
      return judgeRefusal(await remove(visitor, jid), 'item-not-found')
    },
  },
  ...(
    [
      [
        'two-items',
        'a change of two contacts at once',
        (jid: string) => [item(jid), item(`also-${jid}`)],
        ['bad-request'],
      ],
      ['same-group', 'one group twice', (jid: string) => [item(jid, 'Checks', 'Checks')], ['bad-request']],
      ['empty-group', 'a group without a name', (jid: string) => [item(jid, '')], ['not-acceptable']],
    ] as const
  ).map(([name, what, toItems, conditions]): Probe => ({
    id: `roster.${name}`,
    title: `refuses ${what}`,
    spec: name === 'two-items' ? 'RFC 6121 §2.1.5, §2.3.3' : 'RFC 6121 §2.3.3',
    state: 'roster.synced',
    run: (visit) =>
      withContact(visit, async (visitor, jid) => {
        const items = toItems(jid)
        const answer = await visitor.ask('set', xml('query', ns.roster, {}, ...items))
        for (const other of items.slice(1)) await remove(visitor, other.attribute('jid') ?? jid)
        return judgeRefusal(answer, ...conditions)
      }),
  })),
  {
    id: 'roster.other',
    title: 'shows nobody the contact list of another',
    spec: 'RFC 6121 §2.1.3',
    state: 'roster.synced',
    needsOther: true,
    run: async (visit) => {
      const visitor = await visit.online()
      const answer = await visitor.ask('get', toRosterElement(), visit.options.other?.jid)
      return judgeRefusal(
        answer,
        'forbidden',
        'service-unavailable',
        'not-allowed',
        'not-authorized',
        'feature-not-implemented',
      )
    },
  },
  {
    id: 'roster.versioning',
    title: 'says nothing where the version that one has is the latest',
    spec: 'RFC 6121 §2.6.3',
    state: 'roster.requesting',
    run: async (visit) => {
      const visitor = await visit.online()
      const { state } = visitor.client
      const isOffered = state.status === 'online' && state.features.includes(`{${ns.rosterVersioning}}ver`)
      const list = await get(visitor, '')
      const ver = list instanceof XmlElement ? list.attribute('ver') : undefined
      if (!isOffered) return absent()
      if (list === undefined) return unanswered
      if (ver === undefined) return wrong('it is offered, but the list has no version')
      const again = await get(visitor, ver)
      if (again === undefined) return unanswered
      return again === 'empty' ? right() : wrong('the whole list comes again')
    },
  },
]

function item(jid: string, ...groups: readonly string[]): XmlElement {
  return xml('item', ns.roster, { jid }, ...groups.map((group) => xml('group', ns.roster, {}, group)))
}
