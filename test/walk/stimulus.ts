import type { XmppError } from '../../src/errors.js'
import type { Occurrence, Model } from '../../src/testing/drive-model.js'
import type { Stimulus } from '../../src/testing/drive.js'
import type { XmlElement } from '../../src/xml/element.js'
import type { SessionRig } from './session-rig.js'

type Act = Stimulus<SessionRig>['act']
type Predicts = readonly Occurrence[] | ((model: Model) => readonly Occurrence[])

export const done = (deed: string, output?: unknown): Occurrence => ({ deed, done: output })
export const failed = (deed: string, error: unknown): Occurrence => ({ deed, error })
/** @param more what the event says beside its type */
export const told = (to: string, type: string, more: object = {}): Occurrence => ({
  to,
  event: { type, ...more },
})

/** The server does something that the client cannot hear as words. */
export function does(
  name: string,
  predicts: Predicts,
  act: Act,
  when?: Stimulus<SessionRig>['when'],
): Stimulus<SessionRig> {
  return { name, predicts, act, when }
}

/** The server says something, and when that was is remembered: liveness measures silence. */
export function says(
  name: string,
  predicts: Predicts,
  act: Act,
  when?: Stimulus<SessionRig>['when'],
): Stimulus<SessionRig> {
  const all = (model: Model) => [
    { note: { heardMs: model.nowMs } },
    ...(typeof predicts === 'function' ? predicts(model) : predicts),
  ]
  return { name, predicts: all, act, when }
}

/** Every way in which a connection fails while the client waits for `deed`. */
export function breaks(
  deed: string,
  ways: readonly { readonly how: string; readonly error: XmppError; readonly act: Act }[],
): readonly Stimulus<SessionRig>[] {
  return ways.map(({ how, error, act }) => says(`${how}, awaited: ${deed}`, [failed(deed, error)], act))
}

/** Whether a chart is in a state; `path` is that of the chart. */
export const isIn = (model: Model, path: string, state: unknown): boolean =>
  model.charts.get(path)?.snapshot.matches(state) === true

/** Whether an element is a request with this payload. */
export const asksFor =
  (name: string, namespace: string) =>
  (element: XmlElement): boolean =>
    element.name === 'iq' && element.child(name, namespace) !== undefined
