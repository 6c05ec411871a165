/** How many redirections in a row are followed. */
export const redirectLimit = 5

/**
 * The endpoint that a see-other-host names, reached the same way as the one that named it; `undefined` where it would be a
 * weaker transport or makes no sense.
 * @param endpoint URL text of the endpoint that redirects
 * @param otherHost `host`, `host:port`, `[IPv6]:port`, or a WebSocket URL (RFC 7395 §3.6.1)
 * @see RFC 6120 §4.9.3.19
 */
export function redirectedEndpoint(endpoint: string, otherHost: string): string | undefined {
  if (otherHost.startsWith('wss://')) {
    const isEndpoint = /^wss:\/\/[^\s/?#@\\]+(?:[/?][^#]*)?$/.test(otherHost) && URL.canParse(otherHost)
    return isEndpoint && endpoint.startsWith('wss://') ? otherHost : undefined
  }
  const parts = /^(?:\[[0-9a-f:.]+\]|[^\s/:@[\]?#\\]+)(?::(\d{1,5}))?$/i.exec(otherHost)
  const port = Number(parts?.[1] ?? 1)
  // The hosts of `http:` are those that can be looked up; other schemes take almost any text for one.
  if (parts === null || port < 1 || port > 65_535 || !URL.canParse(`http://${otherHost}`)) return undefined
  const scheme = /^xmpps?:/.exec(endpoint)?.[0]
  return scheme === undefined ? undefined : `${scheme}//${otherHost}`
}
