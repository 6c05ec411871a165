import type { ChannelBinding } from './mechanism.js'
import { concatBytes, encodeUtf8 } from './bytes.js'
import { ScramGrammarError } from './scram-error.js'

/**
 * What the client says of channel binding (RFC 5802 §6): `p` bound to this channel; `y` could be bound, but the server
 * offered nothing for it; `n` cannot be bound.
 */
export type Gs2Binding =
  { readonly flag: 'p'; readonly binding: ChannelBinding } | { readonly flag: 'y' } | { readonly flag: 'n' }

/** The header before the client's first message, e.g. `p=tls-exporter,a=alice@example.test,`. */
export function formatGs2Header(gs2: Gs2Binding, authzid = ''): string {
  const flag = gs2.flag === 'p' ? `p=${gs2.binding.type}` : gs2.flag
  return `${flag},${authzid === '' ? '' : `a=${escapeName(authzid)}`},`
}

/** What `c=` must carry in base64: the header, then the data of the channel. */
export function gs2ChannelInput(gs2Header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  return concatBytes(encodeUtf8(gs2Header), data)
}

/** The header as a server reads it; `type` is any registered name, not only those known here. */
export interface Gs2Header {
  readonly flag: 'p' | 'y' | 'n'
  readonly type: string | undefined
  readonly authzid: string
  /** The header itself, to its second comma. */
  readonly header: string
  /** What follows it. */
  readonly rest: string
}

const gs2Header = /^(?:p=([A-Za-z0-9.-]+)|([yn])),(?:a=([^,]+))?,/

/** Throws ScramGrammarError for what is not a header of RFC 5802 §7. */
export function parseGs2Header(message: string): Gs2Header {
  const match = gs2Header.exec(message)
  if (match === null) throw new ScramGrammarError('other-error', 'no correct gs2 header')
  const [header, type, flag, authzid] = match
  return {
    flag: type !== undefined ? 'p' : flag === 'y' ? 'y' : 'n',
    type,
    authzid: authzid === undefined ? '' : unescapeName(authzid),
    header,
    rest: message.slice(header.length),
  }
}

/** Comma and equals sign as SCRAM writes them in names (RFC 5802 §5.1). */
export function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

/** Throws ScramGrammarError for an equals sign that escapes nothing. */
export function unescapeName(escaped: string): string {
  if (/=(?!2C|3D)/.test(escaped)) {
    throw new ScramGrammarError('invalid-username-encoding', 'a name has an equals sign that escapes nothing')
  }
  return escaped.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
