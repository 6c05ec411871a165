import type { StanzaErrorCondition } from '../errors.js'
import { xml, XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { isStanzaErrorCondition } from './stanza-error-tables.js'

/** A command of stream management; counts are of stanzas handled, modulo 2³². @see XEP-0198 */
export type StreamManagementElement = ClientManagementElement | ServerManagementElement

/** What a client says. */
export type ClientManagementElement =
  Acknowledging | Enable | { readonly kind: 'resume'; readonly previd: string; readonly h: number }

/** What a server says. */
export type ServerManagementElement =
  | Acknowledging
  | Enabled
  | { readonly kind: 'resumed'; readonly previd: string; readonly h: number }
  | StreamManagementFailure

/** Either side asks for a count, and tells its own. @see XEP-0198 §4 */
export type Acknowledging = { readonly kind: 'r' } | { readonly kind: 'a'; readonly h: number }

/** The client asks for it. @see XEP-0198 §3 */
export interface Enable {
  readonly kind: 'enable'
  readonly resume: boolean
  /** How long the client would like to be able to resume, in seconds. */
  readonly max: number | undefined
}

/** The server grants it. @see XEP-0198 §3 */
export interface Enabled {
  readonly kind: 'enabled'
  /** Never empty; without it nothing can be resumed. */
  readonly id: string | undefined
  readonly resume: boolean
  /** How long the server lets resume, in seconds; `undefined` where it does not say. */
  readonly max: number | undefined
  /** Where to resume, as `host` or `host:port`: see `parseOtherHost`. */
  readonly location: string | undefined
}

/** The server refuses to enable or to resume. @see XEP-0198 §5, §6 */
export interface StreamManagementFailure {
  readonly kind: 'failed'
  /** A condition that is unknown or missing is `undefined-condition`. */
  readonly condition: StanzaErrorCondition
  /** How much had been handled of the session that cannot be resumed, where the server still knows. */
  readonly h: number | undefined
}

/**
 * Reads a command of stream management; `undefined` for anything else, and for one without the count or the id that it needs.
 */
export function parseStreamManagement(element: XmlElement): StreamManagementElement | undefined {
  switch (element.namespace === ns.streamManagement && element.name) {
    case 'enable':
      return { kind: 'enable', resume: readBoolean(element), max: readSeconds(element) }
    case 'resume':
      return readResumption(element, 'resume')
    default:
      return parseServerManagement(element)
  }
}

/** The same of what a server says, which is all that a client reads. */
export function parseServerManagement(element: XmlElement): ServerManagementElement | undefined {
  if (element.namespace !== ns.streamManagement) return undefined
  const h = readCount(element, 'h')
  switch (element.name) {
    case 'r':
      return { kind: 'r' }
    case 'a':
      return h === undefined ? undefined : { kind: 'a', h }
    case 'enabled':
      return {
        kind: 'enabled',
        id: element.attribute('id') || undefined,
        resume: readBoolean(element),
        max: readSeconds(element),
        location: element.attribute('location') || undefined,
      }
    case 'resumed':
      return readResumption(element, 'resumed')
    case 'failed':
      return { kind: 'failed', condition: readCondition(element), h }
    default:
      return undefined
  }
}

/** Writes a command of stream management. */
export function toStreamManagementElement(command: StreamManagementElement): XmlElement {
  switch (command.kind) {
    case 'enabled': {
      const { id, resume, max, location } = command
      return xml('enabled', ns.streamManagement, { id, resume: writeTrue(resume), max, location })
    }
    case 'resumed':
      return xml('resumed', ns.streamManagement, { h: command.h, previd: command.previd })
    case 'failed': {
      const condition = xml(command.condition, ns.stanzaErrors)
      return xml('failed', ns.streamManagement, { h: command.h }, condition)
    }
    default:
      return toClientManagement(command)
  }
}

/** The same of what a client says. */
export function toClientManagement(command: ClientManagementElement): XmlElement {
  switch (command.kind) {
    case 'r':
      return request
    case 'a':
      return new XmlElement('a', ns.streamManagement, { names: countName, values: [String(command.h)] })
    case 'enable':
      return xml('enable', ns.streamManagement, { resume: writeTrue(command.resume), max: command.max })
    case 'resume':
      return xml('resume', ns.streamManagement, { h: command.h, previd: command.previd })
  }
}

/** What is said in the stream error for a peer that acknowledges more than it was sent. @see XEP-0198 §6 */
export function toHandledCountTooHigh(h: number, sendCount: number): XmlElement {
  return xml('handled-count-too-high', ns.streamManagement, { h, 'send-count': sendCount })
}

/** It says nothing that changes. */
const request = xml('r', ns.streamManagement)

/** The same in each answer, which a flood makes often enough to matter. */
const countName = [{ name: 'h', namespace: '' }]

function readResumption<Kind extends 'resume' | 'resumed'>(element: XmlElement, kind: Kind) {
  const previd = element.attribute('previd')
  const h = readCount(element, 'h')
  return h === undefined || !previd ? undefined : { kind, previd, h }
}

/** An `xs:unsignedInt`. */
function readCount(element: XmlElement, name: string): number | undefined {
  const text = element.attribute(name)?.trim() ?? ''
  if (!/^\+?\d{1,20}$/.test(text)) return undefined
  const count = Number(text)
  return count < 2 ** 32 ? count : undefined
}

/** An `xs:positiveInteger`; what no timer could count is not said. */
function readSeconds(element: XmlElement): number | undefined {
  const seconds = readCount(element, 'max')
  return seconds === 0 ? undefined : seconds
}

function readBoolean(element: XmlElement): boolean {
  const text = element.attribute('resume')?.trim()
  return text === 'true' || text === '1'
}

const writeTrue = (value: boolean) => (value ? 'true' : undefined)

function readCondition(element: XmlElement): StanzaErrorCondition {
  const defined = element.elements().filter(({ namespace }) => namespace === ns.stanzaErrors)
  return defined.map(({ name }) => name).find(isStanzaErrorCondition) ?? 'undefined-condition'
}
