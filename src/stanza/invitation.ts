import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseDataForm, toDataFormElement, toFormTypeField } from './data-form.js'
import { parseDateTime, toDateTime } from './date-time.js'
import { Jid, tryParseJid } from './jid.js'

/** What an invitation is good for. */
export interface Invitation {
  /** A secret: whoever shows it is invited. */
  readonly token: string
  /** The account that may be made with it; one without a localpart has a name of one’s own choice. `undefined`: none may. */
  readonly account: Jid | undefined
  /** Who wishes to be a contact. */
  readonly inviter: Jid | undefined
}

/** An invitation that a server has made, to be handed to somebody. */
export interface IssuedInvitation extends Invitation {
  /** For the client of who is invited: `xmpp:…`. */
  readonly uri: string
  /** The same as a page, for who has no client yet. */
  readonly url: string | undefined
  /** In milliseconds since 1970; `undefined`: at no time. */
  readonly expires: number | undefined
}

/** Reads the URI of an invitation; `undefined` if it is none. @see XEP-0445 §2, XEP-0401 §3.1, RFC 5122 §2.2 */
export function parseInvitation(uri: string): Invitation | undefined {
  const [, path = '', action = '', rest = ''] =
    /^xmpp:(?:\/\/[^/?#]*\/)?([^/?#]+)\?(register|roster)((?:;[^;#]*)*)(?:#.*)?$/i.exec(uri) ?? []
  const pairs = new Map(
    rest.split(';').map((pair) => {
      const [key = '', ...value] = pair.split('=')
      return [key, unescape(value.join('='))]
    }),
  )
  const jid = tryParseJid(unescape(path) ?? '')
  const token = pairs.get('preauth')
  if (!(jid instanceof Jid) || token === undefined || token === '') return undefined
  if (action.toLowerCase() === 'register') return { token, account: jid.bare, inviter: undefined }
  const account = pairs.get('ibr') === 'y' ? tryParseJid(jid.domain) : undefined
  return { token, account: account instanceof Jid ? account : undefined, inviter: jid.bare }
}

/** Shows an invitation. @see XEP-0445 §4 */
export function toInvitationElement(token: string): XmlElement {
  return xml('preauth', ns.preAuthentication, { token })
}

/** Asks a server for an invitation. @see XEP-0401 §3.1, XEP-0050 §2.4 */
export function toInvitationCommand(): XmlElement {
  return xml('command', ns.commands, { node: invite, action: 'execute' })
}

/** Whether it is asked for one. */
export function isInvitationCommand(element: XmlElement): boolean {
  const action = element.attribute('action') ?? 'execute'
  return element.is('command', ns.commands) && element.attribute('node') === invite && action === 'execute'
}

/** Reads what a server has made of it; `undefined` if it is no invitation. */
export function parseIssuedInvitation(element: XmlElement): IssuedInvitation | undefined {
  if (!element.is('command', ns.commands) || element.attribute('status') !== 'completed') return undefined
  const [form] = element.elements('x', ns.dataForm).map(parseDataForm)
  const read = (wanted: string) => form?.fields.find(({ name }) => name === wanted)?.values[0]
  const uri = read('uri')
  const invitation = uri === undefined ? undefined : parseInvitation(uri)
  if (uri === undefined || invitation === undefined) return undefined
  return { ...invitation, uri, url: read('landing-url'), expires: parseDateTime(read('expire') ?? '') }
}

/** Writes what has been made of it. */
export function toIssuedInvitation({
  uri,
  url,
  expires,
}: Omit<IssuedInvitation, keyof Invitation>): XmlElement {
  const answers = [
    ['uri', uri],
    ['landing-url', url],
    ['expire', expires === undefined ? undefined : toDateTime(expires)],
  ] as const
  const fields = answers.flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, type: 'text-single' as const, values: [value] }],
  )
  const form = toDataFormElement({
    type: 'result',
    fields: [toFormTypeField('urn:xmpp:invite#invitation'), ...fields],
  })
  return xml('command', ns.commands, { node: invite, status: 'completed', sessionid: 'invite' }, form)
}

const invite = 'urn:xmpp:invite#invite'

function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
