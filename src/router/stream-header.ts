import type { XmlElement } from '../xml/element.js'
import { xmlNamespace } from '../xml/namespaces.js'
import { detach } from '../xml/interner.js'
import type { StreamHeader } from './inbound.js'

/** What a header says. It is kept as long as the session, so that it must not hold the text that it came in. */
export function toStreamHeader(root: XmlElement): StreamHeader {
  const read = (name: string, namespace?: string) => {
    const value = root.attribute(name, namespace)
    return value === undefined ? undefined : detach(value)
  }
  return {
    to: read('to'),
    from: read('from'),
    id: read('id'),
    version: read('version'),
    lang: read('lang', xmlNamespace),
  }
}
