import * as ns from '../../xml/namespaces.js'

/** What of an element may be told beside its name: attributes without a namespace, and its text. */
export interface TellableWords {
  readonly attributes: ReadonlySet<string>
  /** `body`: only where the words of people are asked for. */
  readonly text: 'body' | 'hidden' | 'shown'
}

/**
 * Per namespace and name, the attributes that may be told, between blanks; a final `+` lets the text through, a final `*` lets
 * it through as words of people. What is not here keeps its name, and tells how long its words are.
 */
const table: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [ns.client]: {
    message: 'from to id type',
    presence: 'from to id type',
    iq: 'from to id type',
    body: '*',
    subject: '*',
    status: '*',
    show: '+',
    priority: '+',
    error: 'type code by',
  },
  [ns.streams]: { stream: 'from to version' },
  [ns.framing]: { open: 'from to version' },
  [ns.sasl]: { auth: 'mechanism', mechanism: '+' },
  [ns.channelBinding]: { 'channel-binding': 'type' },
  [ns.bind]: { resource: '+', jid: '+' },
  [ns.roster]: { item: 'jid subscription ask approved' },
  [ns.streamManagement]: {
    enable: 'resume max',
    enabled: 'resume max',
    resume: 'h',
    resumed: 'h',
    failed: 'h',
    a: 'h',
  },
  [ns.discoInfo]: { identity: 'category type', feature: 'var' },
  [ns.discoItems]: { item: 'jid' },
  [ns.delay]: { delay: 'from stamp' },
  [ns.legacyDelay]: { x: 'from stamp' },
  [ns.receipts]: { received: 'id' },
  [ns.archive]: { fin: 'complete stable' },
  [ns.resultSet]: { max: '+', count: '+', first: 'index' },
  [ns.dataForm]: { x: 'type', field: 'type var' },
  [ns.room]: { history: 'maxchars maxstanzas seconds since' },
  [ns.roomUser]: {
    item: 'affiliation role jid nick',
    actor: 'jid nick',
    status: 'code',
    invite: 'from to',
    decline: 'from to',
    destroy: 'jid',
    reason: '*',
  },
  [ns.roomAdmin]: { item: 'affiliation role jid nick', reason: '*' },
  [ns.roomOwner]: { destroy: 'jid', reason: '*' },
  [ns.directInvitation]: { x: 'jid' },
  'http://jabber.org/protocol/caps': { c: 'node hash' },
}

const hidden: TellableWords = { attributes: new Set(), text: 'hidden' }

const words: ReadonlyMap<string, ReadonlyMap<string, TellableWords>> = new Map(
  Object.entries(table).map(([namespace, names]) => [
    namespace,
    new Map(Object.entries(names).map(([name, spec]) => [name, parse(spec)])),
  ]),
)

function parse(spec: string): TellableWords {
  const text = spec.endsWith('*') ? 'body' : spec.endsWith('+') ? 'shown' : 'hidden'
  return { attributes: new Set(spec.replace(/[*+]$/, '').split(' ')), text }
}

/** What may be told of elements of this name; nothing, where nobody has said otherwise. */
export function tellableWords(namespace: string, name: string): TellableWords {
  return words.get(namespace)?.get(name) ?? hidden
}
