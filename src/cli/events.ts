import type { XmlElement } from '../xml/element.js'
import type { ServerEndpoints } from '../server/index.js'
import type { Line } from './text.js'
import type { MechanismRefusal } from '../../machines/index.js'

/** Where a session stands, with all that is known by then; one for each phase as it begins. */
export interface StateEvent {
  readonly kind: 'state'
  /** Whose session it is. */
  readonly account: string
  readonly status: string
  /** The state of the chart of that phase, e.g. `securing`. */
  readonly phase: string | undefined
  readonly description: string | undefined
  /** The sections that say so, e.g. `RFC 6120 §5.4.3`. */
  readonly spec: string | undefined
  /** Milliseconds since the session began. */
  readonly elapsedMs: number
  readonly endpoint: string | undefined
  /** As the platform names it, e.g. `TLSv1.3`. */
  readonly tls: string | undefined
  /** Types of channel binding that the connection has data for. */
  readonly channelBindings: readonly string[]
  readonly mechanism: string | undefined
  /** The type of channel binding that the mechanism uses. */
  readonly channelBinding: string | undefined
  /** Mechanisms that were not chosen or failed, and why. */
  readonly refusals: readonly MechanismRefusal[]
  /** Usable mechanisms that the chosen one is better than. */
  readonly weaker: readonly string[]
  /** Endpoints given up, and why. */
  readonly failures: readonly { readonly endpoint: string | undefined; readonly message: string }[]
  /** The full JID, once online. */
  readonly jid: string | undefined
  readonly because: string | undefined
  readonly retryInMs: number | undefined
}

/** What the command reports; `--json` writes each as it is. */
export type CliEvent =
  | StateEvent
  | {
      readonly kind: 'stanza'
      readonly account: string
      readonly direction: 'in' | 'out'
      readonly element: XmlElement
    }
  | {
      readonly kind: 'delivery'
      readonly account: string
      readonly id: string
      readonly status: 'written' | 'failed'
      readonly reason: string | undefined
    }
  | {
      readonly kind: 'error'
      readonly code: string
      readonly message: string
      readonly advice: string
      readonly exitCode: number
      /** What led to it, outermost first. */
      readonly causes: readonly string[]
    }
  | {
      readonly kind: 'listening'
      readonly domain: string
      readonly endpoints: ServerEndpoints
      readonly accounts: readonly string[]
      /** The file with the authority that clients must trust. */
      readonly caFile: string | undefined
      /** A command that joins. */
      readonly join: string
    }
  | {
      readonly kind: 'inspector'
      /** The page, token included. */
      readonly url: string
    }
  | {
      readonly kind: 'session'
      /** What became of a connection to the embedded server. */
      readonly change: 'connected' | 'online' | 'ended'
      readonly session: string
      readonly jid: string | undefined
      readonly address: string | undefined
    }

/** Somebody whose session is shown. */
export interface Person {
  readonly account: string
  readonly name: string
  /** The phases of this one share a line. */
  readonly brief: boolean
}

/** Where events go: to a person or to a program. */
export interface Report {
  readonly event: (event: CliEvent) => void
  /** Names those whose sessions are shown, where there are several; for people alone. */
  readonly introduce: (people: readonly Person[]) => void
  /** A heading; for people alone. */
  readonly title: (text: string, spec?: string) => void
  /** A remark; for people alone. */
  readonly note: (...line: Line) => void
  /** Something to beware of; for people alone, beside the output. */
  readonly warn: (what: string, advice: string) => void
}
