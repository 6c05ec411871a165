import { isObject, oneOf, shape, text, textUpTo, type Check } from '../recording/shape.js'

/** What the page may ask of an app that allows it. */
export type Command =
  | { readonly name: 'connect' }
  | { readonly name: 'disconnect' }
  /** Available, or in one of the ways of `show`. */
  | { readonly name: 'presence'; readonly show?: Show; readonly status?: string }
  /** One stanza. */
  | { readonly name: 'send'; readonly xml: string }
  | { readonly name: 'fault'; readonly fault: Fault }

type Show = 'away' | 'chat' | 'dnd' | 'xa'

/** What a server of the app’s own can do to the session: see `Disturbance` of the embedded server. */
export type Fault = 'cut' | 'not-authorized' | 'silence'

/** What came of a command. */
export type Outcome = { readonly outcome: 'ok' } | { readonly outcome: 'refused'; readonly reason: string }

/** Whether something that came from outside is a command. */
export function isCommand(value: unknown): value is Command {
  return isObject(value) && shapes.get(value['name'])?.(value) === true
}

/** In UTF-16 code units: a stanza that a person writes. */
const xmlLimit = 262_144

const shapes: ReadonlyMap<unknown, Check> = new Map([
  ['connect', shape({ name: text })],
  ['disconnect', shape({ name: text })],
  ['presence', shape({ name: text, 'show?': oneOf('away', 'chat', 'dnd', 'xa'), 'status?': text })],
  ['send', shape({ name: text, xml: textUpTo(xmlLimit) })],
  ['fault', shape({ name: text, fault: oneOf('cut', 'not-authorized', 'silence') })],
])
