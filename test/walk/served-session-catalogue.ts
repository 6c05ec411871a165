import { servedSessionMachine } from '../../machines/served-session.js'
import type {
  AccountVerdict,
  ResumptionVerdict,
  ServedFault,
  ServedSessionEvent,
} from '../../machines/served-facts.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import type { ByItself, Model, Occurrence } from '../../src/testing/drive-model.js'
import { accountRequests, mechanisms, timeouts } from './served-realm.js'
import { resources, ServedSessionRig, username } from './served-session-rig.js'
import {
  abort,
  auth,
  bind,
  closing,
  domain,
  enable,
  header,
  identify,
  plain,
  register,
  response,
  resume,
  startTls,
  type Framing,
} from './served-speaker.js'

const chart = 'servedSession'

/** What the client and its account have done, beside what the chart keeps. */
interface Known {
  readonly framing: Framing
  /** The client has opened the stream at hand. */
  readonly isOpen: boolean
  /** The earlier session can be gone on with. */
  readonly hasEarlier: boolean
  readonly isRemoved: boolean
  /** What becomes of the login that is being judged. */
  readonly verdict: unknown
  readonly isBadResource: boolean
  /** What becomes of what is asked of accounts. */
  readonly account: AccountVerdict | undefined
}

const beginning: Known = {
  framing: 'bytes',
  isOpen: false,
  hasEarlier: true,
  isRemoved: false,
  verdict: undefined,
  isBadResource: false,
  account: undefined,
}
const knownIn = ({ notes }: Model): Known => ({ ...beginning, ...notes })
const snapshotOf = ({ charts }: Model) => charts.get(chart)?.snapshot
const isIn = (model: Model, state: unknown): boolean => snapshotOf(model)?.matches(state) === true
const isEstablished = (model: Model) => isIn(model, { open: 'established' })
const hibernating = { open: { established: 'hibernating' } }
const securing = { open: { negotiating: 'securing' } }
const resumable = { open: { established: 'resumable' } }

const tell = (event: ServedSessionEvent): Occurrence => ({ to: chart, event })
const note = (news: Partial<Known>): Occurrence => ({ note: news })

type Rigged = Stimulus<ServedSessionRig>

/** Where a stream is open and read, so that what is said is an element of it. */
const isSpeaking = (model: Model) =>
  !isIn(model, hibernating) &&
  !isIn(model, securing) &&
  (knownIn(model).isOpen || knownIn(model).framing === 'frames')

const says = (
  name: string,
  predicts: Rigged['predicts'],
  words: string | ((rig: ServedSessionRig) => string),
  when: (model: Model) => boolean = () => true,
): Rigged => ({
  name,
  predicts,
  when: (model) => isSpeaking(model) && when(model),
  act: (rig) => rig.ask(typeof words === 'string' ? words : words(rig)),
})

const opens = (name: string, to: string | undefined, version: string | undefined): Rigged => ({
  name: `opens a stream ${name}`,
  // Over bytes a second header is an element in the first stream.
  when: (model) =>
    !isIn(model, hibernating) && (knownIn(model).framing === 'frames' || !knownIn(model).isOpen),
  predicts: [note({ isOpen: true }), tell({ type: 'header.received', header: { to, version } })],
  act: (rig) => {
    const attributes = [to && `to='${to}'`, version && `version='${version}'`].filter(Boolean).join(' ')
    return rig.ask(header(rig.client.framing, attributes))
  },
})

/** A login, or the next word of it, and what the mechanism makes of it. */
const logsIn = (
  name: string,
  event: ServedSessionEvent,
  verdict: Known['verdict'],
  words: string,
  when?: (model: Model) => boolean,
): Rigged => says(name, [note({ verdict }), tell(event)], words, when)

const begins = { type: 'sasl.begun', mechanism: 'PLAIN' } as const
const responds = { type: 'sasl.responded' } as const
const isKept = (model: Model) => !knownIn(model).isRemoved
const accepted = { kind: 'accepted', username }
const refused = { kind: 'refused', condition: 'not-authorized' }

/** What is told of a stanza that means something else once there is a session. */
const beforehand =
  (event: ServedSessionEvent, ...notes: readonly Occurrence[]) =>
  (model: Model): readonly Occurrence[] => [...notes, ...(isEstablished(model) ? [] : [tell(event)])]

const identifies = (name: string, verdict: AccountVerdict, words: string): Rigged =>
  says(
    name,
    beforehand({ type: 'account.requested', request: 'identification' }, note({ account: verdict })),
    words,
    isKept,
  )

const fields = (password: string) =>
  `<username>${username}</username><password>${password}</password><resource>${resources.driven}</resource>`

const enables = (
  attributes: string,
  wish: { readonly resume: boolean; readonly patienceMs: number | undefined },
) => says(`asks to count, ${attributes}`, [tell({ type: 'management.requested', wish })], enable(attributes))

function resumes(name: string, handled: number, verdict: ResumptionVerdict): Rigged {
  const predicts = (model: Model): readonly Occurrence[] => {
    const { hasEarlier, isRemoved } = knownIn(model)
    const isFound = hasEarlier && !isRemoved && snapshotOf(model)?.context.username !== undefined
    const unknown = { kind: 'unknown', handled: undefined } as const
    return [tell({ type: 'resumption.requested', verdict: isFound ? verdict : unknown })]
  }
  return says(`goes on with an earlier session${name}`, predicts, (rig) =>
    resume(rig.earlier.resumption, handled),
  )
}

const shutdown: ServedFault = { condition: 'system-shutdown', text: 'the server shuts down' }
const removal: ServedFault = { condition: 'not-authorized', text: 'the account has been removed' }

const ends = (name: string, act: Rigged['act']): Rigged => ({
  name,
  when: (model) => !isIn(model, hibernating),
  predicts: [tell({ type: 'transport.closed' })],
  act,
})

const stimuli: readonly Rigged[] = [
  opens('to the domain', domain, '1.0'),
  opens('of no version', domain, undefined),
  opens('to nobody', undefined, '1.0'),
  opens('to another domain', 'other.test', '1.0'),
  says('asks for TLS', [tell({ type: 'tls.requested' })], startTls),
  says(
    'asks for TLS, and goes on in clear',
    [
      tell({ type: 'tls.requested' }),
      { deed: 'secureChannel', error: new Error('bytes came in clear where TLS should begin') },
    ],
    `${startTls}<presence/>`,
    (model) =>
      isIn(model, { open: { negotiating: 'offering' } }) && snapshotOf(model)?.context.channel.startTls,
  ),
  {
    name: 'shakes hands',
    predicts: [
      note({ isOpen: false }),
      { deed: 'secureChannel', done: { secure: true, startTls: false, mechanisms, accountRequests } },
    ],
    act: ({ client }) => client.transport.startTls({ domain }, new AbortController().signal),
  },
  logsIn('logs in', begins, accepted, auth('PLAIN', plain(username, 'secret')), isKept),
  logsIn('logs in with a wrong password', begins, refused, auth('PLAIN', plain(username, 'guess'))),
  logsIn('begins to log in', begins, { kind: 'challenged' }, auth('PLAIN')),
  logsIn('responds', responds, accepted, response(plain(username, 'secret')), isKept),
  logsIn('responds wrongly', responds, refused, response(plain(username, 'guess'))),
  says(
    'logs in by a mechanism that is not offered',
    [tell({ type: 'sasl.begun', mechanism: 'UNHEARD-OF' })],
    auth('UNHEARD-OF'),
  ),
  says('aborts its login', [tell({ type: 'sasl.aborted' })], abort),
  identifies('asks how to identify', { kind: 'answered' }, identify('get')),
  identifies(
    'identifies',
    { kind: 'identified', username, resource: resources.driven },
    identify('set', fields('secret')),
  ),
  identifies('identifies wrongly', { kind: 'refused' }, identify('set', fields('guess'))),
  says('asks for an account', beforehand({ type: 'account.requested', request: 'registration' }), register),
  says(
    'asks for a resource',
    beforehand({ type: 'resource.requested' }, note({ isBadResource: false })),
    bind(resources.driven),
  ),
  says(
    'asks for a resource that cannot be',
    beforehand({ type: 'resource.requested' }, note({ isBadResource: true })),
    bind('x'.repeat(1024)),
  ),
  enables("resume='true'", { resume: true, patienceMs: undefined }),
  enables("resume='true' max='5'", { resume: true, patienceMs: 5_000 }),
  enables('', { resume: false, patienceMs: undefined }),
  resumes('', 0, { kind: 'resumable', resource: resources.earlier, patienceMs: timeouts.resumptionMs }),
  resumes(', of which it has more than was sent', 100, {
    kind: 'overcounted',
    fault: {
      condition: 'undefined-condition',
      text: 'you acknowledge 100 stanzas where 0 were sent',
      overcount: { handled: 100, sent: 0 },
    },
  }),
  {
    name: 'comes back on another connection',
    when: (model) => isKept(model) && (isIn(model, resumable) || isIn(model, hibernating)),
    predicts: [tell({ type: 'session.superseded' })],
    act: (rig) => rig.supersede(),
  },
  says(
    'says a stanza',
    beforehand({ type: 'stanza.received' }),
    "<message xmlns='jabber:client' to='romeo@example.test'/>",
  ),
  says('says something else', [tell({ type: 'element.received' })], "<x xmlns='urn:example:x'/>"),
  says('ends its stream', [tell({ type: 'stream.ended' })], (rig) => closing(rig.client.framing)),
  says(
    'says no XML',
    [
      tell({
        type: 'stream.broken',
        fault: { condition: 'not-well-formed', text: 'an end tag has another name than its start tag' },
      }),
    ],
    '<a></b>',
  ),
  {
    name: 'is told that the server shuts down',
    predicts: [tell({ type: 'session.close', fault: shutdown })],
    act: (rig) => rig.shutDown(),
  },
  {
    name: 'loses its account',
    when: (model) => isKept(model) && snapshotOf(model)?.context.username !== undefined,
    predicts: (model) => [
      note({ isRemoved: true }),
      ...(isEstablished(model) ? [tell({ type: 'session.close', fault: removal })] : []),
    ],
    act: ({ accounts }) => void accounts.remove(username),
  },
  ends('hangs up', ({ client }) => client.transport.close()),
  ends('cuts the connection', ({ client }) => client.transport.destroy()),
]

const byItself: ByItself = ({ src }, model) => {
  const { account, isBadResource, isRemoved, verdict } = knownIn(model)
  if (src === 'verifyResponse') return { done: verdict }
  if (src === 'serveAccount') return { done: account }
  if (src !== 'bindResource') return undefined
  if (isRemoved) return { error: new TypeError('there is no such account any more') }
  return {
    done: isBadResource
      ? { kind: 'refused', condition: 'bad-request' }
      : { kind: 'bound', resource: resources.driven },
  }
}

/** A connection of the embedded server, of a client that says anything. */
export function driveServedSession(framing: Framing, secure: boolean): Drivable<ServedSessionRig> {
  return {
    machine: servedSessionMachine,
    stimuli,
    model: {
      notes: { framing },
      byItself,
      notesOf: (name) => {
        if (name === 'restartStream') return { isOpen: false }
        return name === 'takeSessionOver' ? { hasEarlier: false } : {}
      },
    },
    start: (inspect) => ServedSessionRig.start(framing, secure, inspect),
    inputOf: (rig) => rig.actor.getSnapshot().context,
    facts: {
      expected: (model) => ({ hasEnded: isIn(model, 'closed') || isIn(model, hibernating) }),
      actual: ({ client }) => ({ hasEnded: client.hasEnded }),
    },
  }
}

/** What decides where a session goes next. */
export function servedSessionKey(model: Model): unknown {
  const { attempts, channel, patienceMs, username: name } = snapshotOf(model)?.context ?? {}
  const { hasEarlier, isOpen, isRemoved } = knownIn(model)
  return [attempts, channel, patienceMs, name, hasEarlier, isOpen, isRemoved]
}

/** Transitions that nobody outside the server can bring about, and why. */
export const undrivableOfServedSession: Readonly<Record<string, string>> = {
  'servedSession.open.negotiating.authenticating xstate.error.actor.verifyResponse 0':
    'a mechanism answers whatever goes wrong with a failure: this is for defects',
  'servedSession.open.negotiating.serving xstate.error.actor.serveAccount 0':
    'what is asked of accounts is answered, whatever goes wrong: this is for defects',
}
