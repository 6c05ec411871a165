import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** What a server takes to identify somebody. */
export interface LegacyAuthFields {
  readonly password: boolean
  readonly digest: boolean
}

/** What a client says to identify itself; `digest` is hexadecimal, of the stream's id and the password. */
export interface LegacyAuth {
  readonly username: string | undefined
  readonly password: string | undefined
  readonly digest: string | undefined
  readonly resource: string | undefined
}

/** Asks which fields are taken. @see XEP-0078 §3.1 */
export function toLegacyAuthRequest(username: string): XmlElement {
  return toQuery(toField('username', username))
}

/** Says which fields are taken. */
export function toLegacyAuthFieldsElement({ digest, password }: LegacyAuthFields): XmlElement {
  return toQuery(
    toField('username'),
    password ? toField('password') : undefined,
    digest ? toField('digest') : undefined,
    toField('resource'),
  )
}

/** Reads which fields are taken; `undefined` if the element does not say. */
export function parseLegacyAuthFields(element: XmlElement): LegacyAuthFields | undefined {
  if (!element.is('query', ns.legacyAuth)) return undefined
  return {
    password: element.child('password') !== undefined,
    digest: element.child('digest') !== undefined,
  }
}

/** Identifies. @see XEP-0078 §3.1 */
export function toLegacyAuthElement({ digest, password, resource, username }: LegacyAuth): XmlElement {
  return toQuery(
    ...Object.entries({ username, password, digest, resource }).map(([name, value]) =>
      value === undefined ? undefined : toField(name, value),
    ),
  )
}

/** Reads who identifies, and how; a field without a value is missing. `undefined` if the element is something else. */
export function parseLegacyAuth(element: XmlElement): LegacyAuth | undefined {
  if (!element.is('query', ns.legacyAuth)) return undefined
  const read = (name: string) => {
    const text = element.child(name)?.text()
    return text === '' ? undefined : text
  }
  return {
    username: read('username'),
    password: read('password'),
    digest: read('digest'),
    resource: read('resource'),
  }
}

const toQuery = (...fields: readonly (XmlElement | undefined)[]) => xml('query', ns.legacyAuth, {}, ...fields)

const toField = (name: string, value?: string) =>
  xml(name, ns.legacyAuth, {}, value === '' ? undefined : value)
