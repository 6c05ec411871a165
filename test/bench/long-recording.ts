import { connectionMachine, sessionMachine, subscriptionMachine } from '../../machines/index.js'
import { toGraph } from '../../src/inspector/drawing/graph.js'
import type { InspectorRecord, RecordingLine } from '../../src/inspector/recording/record.js'

const source = 'long'
const startedAt = 1_700_000_000_000
const contacts = 300

/** Who is recorded, with the charts of three phases. */
export const opening: readonly RecordingLine[] = [
  { kind: 'source', source, name: 'romeo@example.test', engine: 'xmpp-machines', startedAt },
  ...[sessionMachine, connectionMachine, subscriptionMachine].map((machine): RecordingLine => {
    const graph = toGraph(machine)
    return { kind: 'chart', source, chart: graph.id, graph }
  }),
]

/** A session with so many actors and so many records: the same for the same numbers. */
export function longRecording(actors: number, records: number): readonly RecordingLine[] {
  const happenings = Array.from({ length: records - actors }, (_, index) => happening(index, actors, actors))
  return [...opening, ...beginnings(actors), ...happenings]
}

/** A session, its connection, and the subscriptions of all others. */
export function beginnings(actors: number): readonly InspectorRecord[] {
  return Array.from({ length: actors }, (_, index) => {
    const [actorPath, chart, value] =
      index === 0
        ? ['session', 'session', 'disconnected']
        : index === 1
          ? ['session/connection', 'connection', 'idle']
          : [`session/contact-${index}@example.test`, 'subscription', 'none']
    const about = { source, seq: index, t: index, actorPath, chart, value }
    return { kind: 'start', type: 'xstate.init', ...about } as const
  })
}

/** What happens as the so manieth thing: stanzas, and the events that follow from them. */
export function happening(index: number, actors: number, from: number): InspectorRecord {
  const about = { source, seq: from + index, t: from + index }
  const contact = `contact-${(index * 7) % contacts}@example.test`
  const wire = { ...about, kind: 'wire', what: 'element' } as const
  if (index === 0) return { ...wire, direction: 'in', name: 'iq', xml: rosterXml }
  switch (index % 4) {
    case 0:
      return {
        ...wire,
        direction: 'in',
        name: 'message',
        xml: `<message from='${contact}/balcony' to='romeo@example.test/orchard' type='chat' id='m${index}'><body>Line ${index}</body><request xmlns='urn:xmpp:receipts'/></message>`,
      }
    case 1:
      return {
        ...wire,
        direction: 'in',
        name: 'presence',
        xml: `<presence from='${contact}'${index % 64 === 1 ? " type='subscribe'" : ''}><show>away</show><priority>1</priority></presence>`,
      }
    case 2:
      return { ...wire, direction: 'out', name: 'r', xml: "<r xmlns='urn:xmpp:sm:3'/>" }
    default:
      return {
        ...about,
        kind: 'event',
        actorPath: `session/contact-${2 + ((index * 7) % (actors - 2))}@example.test`,
        type: 'subscribe.received',
        value: index % 8 === 3 ? 'nonePendingIn' : 'none',
        edges: [],
        stanza: from + index - 2,
      }
  }
}

const rosterXml = `<iq type='result' id='r'><query xmlns='jabber:iq:roster'>${Array.from(
  { length: contacts },
  (_, index) => `<item jid='contact-${index}@example.test' name='Contact ${index}' subscription='both'/>`,
).join('')}</query></iq>`
