/**
 * Reads `ws://…` or `wss://…` and gives it normalised.
 * @throws RangeError for anything else, a fragment and credentials
 */
export function parseWebSocketUrl(text: string): string {
  const url = readUrl(text)
  if (url === undefined || !isWebSocketUrl(url)) {
    throw new RangeError(`not an endpoint: ${quote(text)}; write ws://… or wss://…`)
  }
  if (url.hash !== '') throw new RangeError(`not an endpoint: ${quote(text)} has a fragment`)
  return url.href
}

export const isWebSocketUrl = ({ protocol }: URL): boolean => protocol === 'ws:' || protocol === 'wss:'

/** A WebSocket URL that is safe to log: its query may hold a token. */
export function toLoggableUrl(url: string | URL): string {
  const { protocol, host, pathname } = typeof url === 'string' ? new URL(url) : url
  return `${protocol}//${host}${pathname}`
}

/** The URL of an endpoint, `undefined` for what is none; throws RangeError for one with credentials. */
export function readUrl(text: string): URL | undefined {
  const url = toUrl(text)
  // A text with credentials is not repeated in the error.
  if (url === undefined ? text.includes('@') : url.username !== '' || url.password !== '')
    throw new RangeError('an endpoint carries no user name or password')
  return url
}

function toUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

const quotedLimit = 100

/** For a message: no more than the beginning of a long text, and nothing that may be secret, as a query and credentials are. */
export function quote(text: string): string {
  const open = text.includes('@') ? '…' : text.replace(/[?#].*/s, '…')
  return JSON.stringify(open.length > quotedLimit ? `${open.slice(0, quotedLimit)}…` : open)
}
