/**
 * Checks an IP literal in brackets and gives it in lower case; `undefined` if it is none. Zone identifiers are refused:
 * they mean nothing to another host. @see RFC 3986 §3.2.2
 */
export function parseIpLiteral(text: string): string | undefined {
  const lower = text.toLowerCase()
  const inside = /^\[([^\]]*)\]$/.exec(lower)?.[1]
  if (inside === undefined) return undefined
  return isIpv6(inside) || /^v[0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+$/.test(inside) ? lower : undefined
}

/** Tells whether a text is an IPv6 address, without brackets or zone. @see RFC 4291 §2.2 */
export function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`)
}
