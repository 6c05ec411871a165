import { findFreePorts, isListening } from './free-ports.js'
import { startGuarded, untilReady } from './guarded-process.js'
import { prosodyConfiguration } from './prosody-configuration.js'
import { realPassword, realUsers } from './real-accounts.js'
import type { RealDomain } from './real-server.js'
import type { ServerSetting, StartedServer } from './real-servers.js'
import { createServerFolder, realDomains } from './server-folder.js'
import type { ServerFolder } from './server-folder.js'

/** Starts Prosody 0.12 or newer in a folder of its own. */
export async function startProsody(setting: ServerSetting = {}): Promise<StartedServer> {
  const folder = await createServerFolder('prosody')
  const free = await findFreePorts('starttls', 'tls', 'http', 'https')
  const port = (name: 'http' | 'https' | 'starttls' | 'tls') => free.get(name) ?? 0
  const cert = await folder.write('server.crt', folder.certificate.cert)
  const key = await folder.write('server.key', folder.certificate.key)
  const configuration = prosodyConfiguration({ ...setting, folder: folder.path, cert, key, port })
  const file = await folder.write('prosody.cfg.lua', configuration)
  await Promise.all(Object.values(realDomains).map((domain) => writeAccounts(folder, domain)))
  const server = startGuarded({
    folder: folder.path,
    command: 'prosody',
    parameters: ['-F', '--config', file],
  })
  const ready = () =>
    untilReady(
      'Prosody',
      server,
      async () => (await isListening(port('starttls'))) && isListening(port('https')),
    )
  await ready()
  const domain = (name: string, encryption: RealDomain['encryption']): RealDomain => ({
    domain: name,
    encryption,
    starttlsPort: port('starttls'),
    directTlsPort: port('tls'),
    ws: `ws://localhost:${port('http')}/xmpp-websocket`,
    wss: `wss://localhost:${port('https')}/xmpp-websocket`,
  })
  return {
    facts: {
      name: 'prosody',
      open: domain(realDomains.open, 'optional'),
      secure: domain(realDomains.secure, 'required'),
      ca: folder.certificate.ca,
      folder: folder.path,
    },
    restart: async () => {
      await server.restart()
      await ready()
    },
    stop: server.stop,
  }
}

/** Straight into the storage: twenty-five calls of `prosodyctl` would take as many times a third of a second. */
async function writeAccounts(folder: ServerFolder, domain: string): Promise<void> {
  const data = `data/${domain.replaceAll('.', '%2e')}`
  const account = `return { ["password"] = "${realPassword}" };\n`
  await Promise.all(realUsers.map((user) => folder.write(`${data}/accounts/${user}.dat`, account)))
  await folder.write(`${data}/roster/alice.dat`, rosterOf('bob', 'Bob', domain))
  await folder.write(`${data}/roster/bob.dat`, rosterOf('alice', 'Alice', domain))
}

function rosterOf(user: string, name: string, domain: string): string {
  const item = `["subscription"] = "both"; ["name"] = "${name}"; ["groups"] = { ["Friends"] = true };`
  return `return { [false] = { ["version"] = 1 }; ["${user}@${domain}"] = { ${item} } };\n`
}
