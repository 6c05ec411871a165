import type { ElkNode } from '../../drawing/elk.js'

/** Names what is to be laid out by all that a layout depends on: SHA-256 in hexadecimal. */
export async function toLayoutDigest(graph: ElkNode): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(graph))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
