import { judge } from '../../machines/policy.js'
import { isFarewell } from '../../machines/session-context.js'
import { StreamError, TransportError, XmppError, xml, type Transport } from '../../src/index.js'
import { drive } from '../../src/testing/drive.js'
import { findDeed, type Model } from '../../src/testing/drive-model.js'
import { findPaths, type DrivePaths } from '../../src/testing/drive-paths.js'
import { faults, type Fault } from '../../src/testing/faults.js'
import type { ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { inputOf } from './driving.js'
import { driveClient, keyOf, withoutPresence, withoutRegistration } from './session-catalogue.js'
import type { ClientApp, SessionRig } from './session-rig.js'

/** What one fault at one place came to. */
export interface Strike {
  readonly session: StruckPlace['session']
  readonly framing: Transport['framing']
  /** The state of every chart, in words. */
  readonly place: string
  readonly fault: Fault
  /** Where the session is when nothing happens any more. */
  readonly status: string
  /** Why it ended; empty where it did not. */
  readonly code: string
  /** Milliseconds of the client's time until then. */
  readonly tookMs: number
  /** What is not as it should be. */
  readonly problems: readonly string[]
}

/** Sessions that end with their connections, and those that a server can keep. */
const drivables = {
  fleeting: withoutRegistration(driveClient({ reconnect: 'never', streamManagement: false })),
  lasting: withoutRegistration(withoutPresence(driveClient({ presence: false }))),
} as const

/** What whoever comes back after the fault meets: the end, for what is struck is the session and not what follows it. */
const refusal = new TransportError('aborted', 'it is dialed no more')

/** The longest that a client with default time-outs may take to give up: silence, a probe, and the end of both. */
const patienceMs = 330_000

/** A place where a server can do anything, and a shortest path to it. */
export interface StruckPlace {
  readonly session: keyof typeof drivables
  readonly framing: Transport['framing']
  readonly place: string
  readonly path: readonly string[]
}

/** Every state of every chart that a session on a connection can be in, each at one place. */
export async function struckPlaces(framing: Transport['framing']): Promise<readonly StruckPlace[]> {
  const met = new Set<string>()
  const fleeting = await placesOf('fleeting', framing, met)
  // How words are framed is no matter of what they count.
  return framing === 'frames' ? fleeting : [...fleeting, ...(await placesOf('lasting', framing, met))]
}

/** Those where some chart is in a state that was not met yet. */
async function placesOf(
  session: StruckPlace['session'],
  framing: StruckPlace['framing'],
  met: Set<string>,
): Promise<readonly StruckPlace[]> {
  const { places } = await (searched[session] ??= search(session))
  return places.flatMap(({ model, path }) => {
    if (!isConnected(model)) return []
    const states = statesOf(model)
    const isNew = states.some((state) => !met.has(state))
    for (const state of states) met.add(state)
    if (!isNew || (framing === 'frames' && path.includes('dials in clear'))) return []
    const dialed = path.map((name) =>
      framing === 'frames' && name === 'dials with TLS' ? 'dials by WebSocket' : name,
    )
    return [{ session, framing, place: states.join(', '), path: dialed }]
  })
}

const searched: Partial<Record<StruckPlace['session'], Promise<DrivePaths>>> = {}

async function search(session: StruckPlace['session']): Promise<DrivePaths> {
  const drivable = drivables[session]
  return findPaths(drivable, { input: await inputOf(drivable), key: keyOf })
}

const isConnected = (model: Model) =>
  model.charts.get('session')?.snapshot.matches('active') === true &&
  ['openTransport', 'discoverEndpoints'].every((deed) => findDeed(model, deed) === undefined)

/** What the charts of the roster and of presence do outside a session is no server's business. */
function statesOf(model: Model): readonly string[] {
  const isOnline = model.charts.get('session')?.snapshot.matches({ active: 'online' }) === true
  return [...model.charts]
    .filter(([path]) => isOnline || !/(?:roster|presence)$/.test(path))
    .map(([path, { snapshot }]) => `${path} ${JSON.stringify(snapshot.value)}`)
}

/** Leads a client there, lets the fault happen, and waits until nothing happens any more. */
export async function strike({ session, framing, place, path }: StruckPlace, fault: Fault): Promise<Strike> {
  const problems: string[] = []
  let seen = { status: '', code: '', tookMs: 0 }
  const act = async (rig: SessionRig<ClientApp>) => {
    const wishes = askForMore(rig)
    if (session === 'lasting') rig.transport.refuseAll(refusal)
    fault.strike(rig.peer)
    const tookMs = await rig.clock.drain(patienceMs)
    const { state } = rig.app
    const error = 'error' in state ? state.error : undefined
    seen = { status: state.status, code: error?.code ?? '', tookMs }
    if (
      state.status === 'halted' &&
      !isReplaced(place) &&
      isMeant(place, fault) &&
      error?.code !== refusal.code &&
      !fault.code.test(error?.code ?? '')
    ) {
      problems.push(`it ends with ${error?.code}`)
    }
    const isRemoved = state.status === 'removed'
    if (fault.kind !== 'stray' && isRemoved !== endsAccount(place, fault)) {
      problems.push(`the account is ${isRemoved ? 'taken for removed' : 'not known to be removed'}`)
    }
    if (isRemoved && !isLeaving(place)) problems.push('nobody has asked to remove the account')
    const isOver = ['halted', 'offline', 'closed', 'removed'].includes(state.status)
    const mayLast = fault.kind === 'stray' || fault.kind === 'SASL failure'
    if (!isOver && !(state.status === 'online' && mayLast)) problems.push(`it is ${state.status}`)
    const { alike } = rig.actor.getSnapshot().context
    if (session === 'lasting' && state.status === 'halted') problems.push(...returnOf(error, alike.times))
    if (state.status === 'halted') problems.push(...faultsOf(error, rig.peer))
    if (isOver && rig.clock.timerCount > 0) problems.push(`${rig.clock.timerCount} timers are left`)
    if (isOver && !rig.peer.ended) problems.push('the connection is still there')
    const pending = [...wishes].filter((name) => name !== 'send' || state.status !== 'offline')
    if (isOver && pending.length > 0) problems.push(`pending: ${pending.join(', ')}`)
  }
  await drive(drivables[session], path, { finish: act, compares: false })
  return { session, framing, place, fault, ...seen, problems }
}

/** Whoever may come back tries to. */
function returnOf(error: XmppError | undefined, times: number): readonly string[] {
  if (error === undefined) return []
  const verdict = judge(error)
  return verdict.decision === 'retry' && times <= verdict.limit ? ['it did not try again'] : []
}

/** Whatever an app may be waiting for when the fault strikes: what has no answer yet. A message may wait for the next session. */
function askForMore(rig: SessionRig<ClientApp>): ReadonlySet<string> {
  const pending = new Set<string>()
  const wait = (name: string, promise: Promise<unknown>) => {
    pending.add(name)
    const settled = () => void pending.delete(name)
    rig.wish(promise)
    promise.then(settled, settled)
  }
  const { app } = rig
  const payload = xml('query', 'urn:example:thing')
  wait('request', app.request({ type: 'get', to: 'bob@example.test/x', payload }))
  wait('send', app.send({ to: 'bob@example.test', body: 'x' }).settled)
  wait('roster', app.fetchRoster())
  return pending
}

/** What is wrong with the error that a session ended in, and with what the server heard of it. */
function faultsOf(error: XmppError | undefined, peer: ScriptedPeer): readonly string[] {
  if (!(error instanceof XmppError)) return ['its error has no type']
  const [kind, condition = ''] = error.code.split('.')
  const isTold = new RegExp(`<(?:stream:)?error[^>]*><${condition} `).test(peer.heard)
  return [
    ...(error.advice === '' ? ['it advises nothing'] : []),
    ...(kind === 'stream' && error instanceof StreamError && error.text !== 'because'
      ? ['it lost the words of the server']
      : []),
    ...(kind === 'stream' && peer.closings !== 1 ? [`it closed its stream ${peer.closings} times`] : []),
    ...(kind === 'protocol' && !isTold ? [`the server was not told of ${condition}`] : []),
  ]
}

/** Where encryption has not begun its lack is the error, and during its handshake nothing is read. */
const isReplaced = (place: string) => /"(?:requestingTls|securing)"/.test(place)

/** Whose account is gone already, or is asked to be removed. */
const isLeaving = (place: string) => /"remov(?:ed|ing)"/.test(place)

/** To who has its account removed one end of the stream says that it is, and is no error. @see XEP-0077 §3.2 */
const endsAccount = (place: string, { condition }: Fault): boolean =>
  place.includes('"removed"') ||
  (isLeaving(place) && condition !== undefined && isFarewell(new StreamError(condition)))

/** Where no authentication is under way its failure means nothing, nor does a stray word while online. */
function isMeant(place: string, { kind }: Fault): boolean {
  if (kind === 'SASL failure') return place.includes('authenticating')
  return kind !== 'stray' || !place.includes('"online"')
}

/** What was struck, for reports. */
export interface FaultReport {
  /** Stream errors that ended a session with their own condition, or as they had to, of 25, by the state that the client was in. */
  readonly streamErrors: ReadonlyMap<string, ReadonlySet<string>>
  /** SASL failures that ended one with theirs, of 11. */
  readonly saslFailures: ReadonlySet<string>
}

export function toFaultReport(strikes: readonly Strike[]): FaultReport {
  const streamErrors = new Map<string, Set<string>>()
  const saslFailures = new Set<string>()
  for (const { session, framing, place, status, code, fault } of strikes) {
    // Whoever comes back ends with what it meets then.
    if (session === 'lasting') continue
    const phase = `${framing}: ${place.replaceAll(/session[/a-z]* |"/g, '')}`
    const { condition } = fault
    const isMet = code === `stream.${condition}` || (status === 'removed' && endsAccount(place, fault))
    if (isMet && condition !== undefined)
      streamErrors.set(phase, (streamErrors.get(phase) ?? new Set()).add(condition))
    if (code.startsWith('authentication.') && fault.kind === 'SASL failure') saslFailures.add(code)
  }
  return { streamErrors, saslFailures }
}

/** The faults that can happen over such a connection. */
export const faultsOver = (framing: Transport['framing']): readonly Fault[] =>
  faults.filter((fault) => fault.framing === undefined || fault.framing === framing)

/** Every fault at every place. */
export async function strikeAll(): Promise<readonly Strike[]> {
  const strikes: Strike[] = []
  for (const framing of ['bytes', 'frames'] as const) {
    for (const place of await struckPlaces(framing)) {
      for (const fault of faultsOver(framing)) strikes.push(await strike(place, fault))
    }
  }
  return strikes
}
