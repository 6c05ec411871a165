import { parseDataForm, type DataForm } from '../stanza/data-form.js'
import { parseDiscoInfo, type DiscoIdentity } from '../stanza/disco.js'
import type { XmlElement } from '../xml/element.js'

/** What an entity is and can do, as it says itself. @see XEP-0030 §3 */
export interface EntityInfo {
  /** What it is: one thing or several, each in one language or several. */
  readonly identities: readonly DiscoIdentity[]
  /** Names of what it can do, mostly namespaces. */
  readonly features: ReadonlySet<string>
  /** What else it says, such as the limits of a service. @see XEP-0128 */
  readonly forms: readonly DataForm[]
}

/**
 * Reads an answer; `undefined` for one that is none.
 * @param lang the language in effect, for names that say none (XEP-0390 §5.2.1)
 */
export function readEntityInfo(
  query: XmlElement | undefined,
  lang: string | undefined,
): EntityInfo | undefined {
  const info = query && parseDiscoInfo(query)
  if (info === undefined) return undefined
  return {
    identities: info.identities.map((one) =>
      one.name === undefined ? one : { ...one, lang: one.lang ?? lang },
    ),
    features: new Set(info.features),
    forms: info.payloads.flatMap((payload) => parseDataForm(payload) ?? []),
  }
}
