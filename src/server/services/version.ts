import { parseVersionElement, toVersionElement } from '../../stanza/version.js'
import type { Service } from './service.js'

/** Name and version that the server tells (XEP-0092); nothing of the machine it runs on. */
export interface ServerSoftware {
  readonly name: string
  readonly version: string
}

/** Says what software serves here. */
export function serveVersion({ name, version }: ServerSoftware): Service {
  return ({ iq, account }) =>
    iq.type === 'get' && account === undefined && parseVersionElement(iq.payload) !== undefined
      ? { kind: 'result', payload: toVersionElement({ name, version }) }
      : undefined
}
