import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** What software somebody runs; a request has none of it. @see XEP-0092 */
export interface SoftwareVersion {
  readonly name: string | undefined
  readonly version: string | undefined
  readonly os: string | undefined
}

/** Reads a software version; `undefined` if the element is none. */
export function parseVersionElement(element: XmlElement): SoftwareVersion | undefined {
  if (!element.is('query', ns.version)) return undefined
  return {
    name: element.child('name')?.text(),
    version: element.child('version')?.text(),
    os: element.child('os')?.text(),
  }
}

/** Writes a software version: without one, the request for it. */
export function toVersionElement(software: Partial<SoftwareVersion> = {}): XmlElement {
  const child = (name: 'name' | 'version' | 'os') => {
    const text = software[name]
    return text === undefined ? undefined : xml(name, ns.version, {}, text)
  }
  return xml('query', ns.version, {}, child('name'), child('version'), child('os'))
}
