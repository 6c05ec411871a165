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
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const isDotted = last.includes('.') && isIpv4(last) && !text.endsWith(':')
  const count = groups.length + (isDotted ? 1 : 0)
  if (halves.length === 2 ? count > 7 : count !== 8) return false
  return groups.every((group, at) => /^[0-9a-f]{1,4}$/i.test(group) || (isDotted && at === groups.length - 1))
}

function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/.test(text) && !text.endsWith('.')
}
