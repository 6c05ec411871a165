import { XmppError, xml, type Client } from '../../src/index.js'
import { drive } from '../../src/testing/drive.js'
import { findDeed, type Model } from '../../src/testing/drive-model.js'
import { findPaths } from '../../src/testing/drive-paths.js'
import { faults, type Fault } from '../../src/testing/faults.js'
import { driveClient, inputOf, keyOf } from './session-catalogue.js'
import type { SessionRig } from './session-rig.js'

/** What one fault at one place came to. */
export interface Strike {
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

const drivable = driveClient({ reconnect: 'never' })

/** The longest that a client with default time-outs may take to give up: silence, a probe, and the end of both. */
const patienceMs = 330_000

/** A place where a server can do anything, and a shortest path to it. */
export interface StruckPlace {
  readonly place: string
  readonly path: readonly string[]
}

/** Every state of every chart that a session on a connection can be in, each at one place. */
export async function struckPlaces(): Promise<readonly StruckPlace[]> {
  const { places } = findPaths(drivable, { input: await inputOf(drivable), key: keyOf })
  const met = new Set<string>()
  return places.flatMap(({ model, path }) => {
    if (!isConnected(model)) return []
    const states = statesOf(model)
    const isNew = states.some((state) => !met.has(state))
    for (const state of states) met.add(state)
    return isNew ? [{ place: states.join(', '), path }] : []
  })
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
export async function strike({ place, path }: StruckPlace, fault: Fault): Promise<Strike> {
  const problems: string[] = []
  let seen = { status: '', code: '', tookMs: 0 }
  const act = async (rig: SessionRig<Client>) => {
    const wish = askForMore(rig)
    fault.strike(rig.peer)
    const tookMs = await rig.clock.drain(patienceMs)
    const { state } = rig.app
    const error = 'error' in state ? state.error : undefined
    seen = { status: state.status, code: error?.code ?? '', tookMs }
    if (
      state.status === 'halted' &&
      !isReplaced(place) &&
      isMeant(place, fault) &&
      !fault.code.test(error?.code ?? '')
    ) {
      problems.push(`it ends with ${error?.code}`)
    }
    const isOver = ['halted', 'offline', 'closed'].includes(state.status)
    const mayLast = fault.kind === 'stray' || fault.kind === 'SASL failure'
    if (!isOver && !(state.status === 'online' && mayLast)) problems.push(`it is ${state.status}`)
    if (state.status === 'halted' && !(error instanceof XmppError)) problems.push('its error has no type')
    if (isOver && rig.clock.timerCount > 0) problems.push(`${rig.clock.timerCount} timers are left`)
    if (isOver && !rig.peer.ended) problems.push('the connection is still there')
    if (isOver && wish.pending() > 0) problems.push(`${wish.pending()} calls are pending`)
  }
  await drive(drivable, path, { then: act, compares: false })
  return { place, fault, ...seen, problems }
}

/** Whatever an app may be waiting for when the fault strikes. */
function askForMore(rig: SessionRig<Client>): { readonly pending: () => number } {
  let pending = 0
  const wait = (promise: Promise<unknown>) => {
    pending += 1
    const settled = () => void (pending -= 1)
    rig.wish(promise)
    promise.then(settled, settled)
  }
  const { app } = rig
  wait(app.request({ type: 'get', to: 'bob@example.test/x', payload: xml('query', 'urn:example:thing') }))
  wait(app.send({ to: 'bob@example.test', body: 'x' }).settled)
  wait(app.fetchRoster())
  return { pending: () => pending }
}

/** Where encryption has not begun its lack is the error, and during its handshake nothing is read. */
const isReplaced = (place: string) => /"(?:requestingTls|securing)"/.test(place)

/** Where no authentication is under way its failure means nothing. */
const isMeant = (place: string, { kind }: Fault) =>
  kind !== 'SASL failure' || place.includes('authenticating')

/** What was struck, for reports. */
export interface FaultReport {
  readonly places: number
  readonly strikes: number
  /** Stream errors that ended a session with their own condition, of 25, by the state that the client was in. */
  readonly streamErrors: Readonly<Record<string, number>>
  /** SASL failures that ended one with theirs, of 11. */
  readonly saslFailures: number
  /** The longest that a client needed to give up, in milliseconds of its own time. */
  readonly longestMs: number
}

export function toFaultReport(strikes: readonly Strike[]): FaultReport {
  const conditions = new Map<string, Set<string>>()
  const note = (where: string, code: string) =>
    void (conditions.get(where) ?? put(conditions, where)).add(code)
  for (const { place, code } of strikes) {
    if (code.startsWith('stream.')) note(place.replaceAll(/session[/a-z]* |"/g, ''), code)
    if (code.startsWith('authentication.')) note('SASL', code)
  }
  const saslFailures = [...(conditions.get('SASL') ?? [])]
  conditions.delete('SASL')
  return {
    places: new Set(strikes.map(({ place }) => place)).size,
    strikes: strikes.length,
    streamErrors: Object.fromEntries([...conditions].map(([where, codes]) => [where, codes.size])),
    saslFailures: saslFailures.filter((code) =>
      faults.some((fault) => fault.name === `refuses with ${code.slice(15)}`),
    ).length,
    longestMs: Math.max(...strikes.map(({ tookMs }) => tookMs)),
  }
}

function put(map: Map<string, Set<string>>, key: string): Set<string> {
  const set = new Set<string>()
  map.set(key, set)
  return set
}

/** Every fault at every place. */
export async function strikeAll(): Promise<readonly Strike[]> {
  const strikes: Strike[] = []
  for (const place of await struckPlaces()) {
    for (const fault of faults) strikes.push(await strike(place, fault))
  }
  return strikes
}
