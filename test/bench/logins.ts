import { clientsOn, clientTitles, portOn, urlOn, type Client, type Way } from './clients.js'
import { compare } from './compare.js'
import type { Finding, Group } from './row.js'
import type { Scope } from './scope.js'
import { median } from './statistics.js'
import { inTurns } from './subjects.js'
import { runWorker } from './worker.js'

const loginWays = ['direct TLS', 'STARTTLS', 'wss'] as const satisfies readonly Way[]

/** CPU until online: of the first login in a process, and of a later one. */
export async function measureLogins(scope: Scope): Promise<Group> {
  const title = 'CPU of a login on Prosody, each client with the mechanism of its choice (SCRAM)'
  const server = await scope.prosody('even')
  if (server === undefined) return { title, findings: [], remarks: ['There is no Prosody.'] }
  const logins = scope.isQuick ? 3 : 12
  const findings: Finding[] = []
  for (const way of loginWays) {
    const [ours, ...peers] = clientsOn[way]
    const results = await inTurns<Client>(clientsOn[way], scope.runs, async (client) => {
      const url = urlOn(way, portOn(server, way))
      const figures = await runWorker({
        script: 'login',
        caFile: server.caFile,
        collectsAtRest: false,
        input: {
          client,
          urls: Array.from({ length: logins }, () => url),
          jid: `u0@${server.domain}`,
          password: server.password,
          resource: 'login',
          stayMs: 20,
        },
      })
      const all = Array.from({ length: logins }, (_, index) => figures.get(`cpu${index}`) ?? Number.NaN)
      return new Map([
        ['first', all[0] ?? Number.NaN],
        ['later', median(all.slice(logins >> 1))],
      ])
    })
    const shared = {
      unit: 'ms CPU',
      better: 'less',
      ours,
      peers,
      results,
      target: { ratio: 1 },
      title: (name: Client) => clientTitles[name],
    } as const
    findings.push(
      ...compare({ ...shared, name: `first login of a process, ${way}`, figure: 'first' }),
      ...compare({ ...shared, name: `later login, ${way}`, figure: 'later' }),
    )
  }
  return {
    title,
    findings,
    remarks: [
      'Loading the modules is not counted, nor what V8 compiles of that in the half second behind it; each later login is that of a new client, without kept keys.',
      'ours chooses SCRAM-SHA-256, as stanza and strophe.js do; @xmpp/client knows SCRAM-SHA-1 alone.',
      'The CPU of all threads counts: PBKDF2, and what V8 spends to optimise what has run often by then.',
      'Without V8’s memory reducer, which collects when a process rests.',
    ],
  }
}
