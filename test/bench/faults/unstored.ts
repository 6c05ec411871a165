import { archive, createClient } from 'xmpp-machines'
import type { ServerUnderFaults } from './servers.js'

/** As many as a page may have. */
const pageSize = 1000

/** How many of these messages the archive of their addressee lacks: its server has lost them, whoever the client is. */
export async function countUnstored(
  { ca, directTlsPort, domain, password }: ServerUnderFaults,
  user: string,
  bodies: readonly string[],
  sinceMs: number,
): Promise<number> {
  if (bodies.length === 0) return 0
  const client = createClient({
    jid: `${user}@${domain}/audit`,
    password,
    endpoint: `xmpps://localhost:${directTlsPort}`,
    tls: { ca },
    roster: false,
    presence: false,
  })
  try {
    const history = client.use(archive)
    await client.connect()
    const missing = new Set(bodies)
    for await (const { message } of history.query({ start: sinceMs, pageSize }))
      missing.delete(message.body ?? '')
    return missing.size
  } finally {
    await client.close()
  }
}
