import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ejabberdConfiguration } from './ejabberd-configuration.js'
import { findFreePorts } from './free-ports.js'
import { startGuarded, untilReady } from './guarded-process.js'
import { realPassword, realUsers } from './real-accounts.js'
import type { RealDomain } from './real-server.js'
import type { ServerSetting, StartedServer } from './real-servers.js'
import { createServerFolder, realDomains } from './server-folder.js'

/**
 * Starts ejabberd 23 or newer in a folder of its own. Erlang runs it as a node without a name, for which it needs no
 * port mapper and listens on nothing else; without busy waiting, which would eat the processor.
 */
export async function startEjabberd(setting: ServerSetting = {}): Promise<StartedServer> {
  const libraries = await findEjabberd()
  if (libraries === undefined) throw new Error('ejabberd is not installed')
  const folder = await createServerFolder('ejabberd')
  const free = await findFreePorts('starttls', 'required', 'tls', 'http', 'https')
  const port = (name: 'http' | 'https' | 'required' | 'starttls' | 'tls') => free.get(name) ?? 0
  const { ca, cert, key } = folder.certificate
  const configuration = ejabberdConfiguration({
    ...setting,
    folder: folder.path,
    certificate: await folder.write('server.pem', cert + key),
    authority: await folder.write('ca.crt', ca),
    port,
  })
  const seed = await folder.write('seed.erl', seedAccounts)
  const resolver = await folder.write(
    'inetrc',
    '{lookup, ["file", "native"]}.\n{host, {127,0,0,1}, ["localhost"]}.\n',
  )
  const server = startGuarded({
    folder: folder.path,
    command: 'erl',
    parameters: parametersOf(join(folder.path, 'spool'), seed),
    environment: {
      EJABBERD_CONFIG_PATH: await folder.write('ejabberd.yml', configuration),
      EJABBERD_LOG_PATH: join(folder.path, 'ejabberd.log'),
      ERL_CRASH_DUMP: join(folder.path, 'crash.dump'),
      ERL_INETRC: resolver,
      ERL_LIBS: libraries,
      HOME: folder.path,
    },
  })
  const untilUp = () => untilReady('ejabberd', server, async () => server.lastWords().includes(ready))
  await untilUp()
  const domain = (name: string, encryption: RealDomain['encryption']): RealDomain => ({
    domain: name,
    encryption,
    starttlsPort: port(encryption === 'required' ? 'required' : 'starttls'),
    directTlsPort: port('tls'),
    ws: `ws://localhost:${port('http')}/ws`,
    wss: `wss://localhost:${port('https')}/ws`,
  })
  return {
    facts: {
      name: 'ejabberd',
      open: domain(realDomains.open, 'optional'),
      secure: domain(realDomains.secure, 'required'),
      ca,
      folder: folder.path,
    },
    restart: async () => {
      await server.restart()
      await untilUp()
    },
    stop: server.stop,
  }
}

const ready = 'accounts are ready'

/** Of Erlang: without a terminal, two schedulers that do not spin while they wait; then where the data is, and the start. */
function parametersOf(spool: string, seed: string): readonly string[] {
  const machine = '-noinput +K true +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none'.split(' ')
  const seeding = `ok = file:eval(${JSON.stringify(seed)}), io:format("~s~n", [${JSON.stringify(ready)}]).`
  return [...machine, '-mnesia', 'dir', JSON.stringify(spool), '-s', 'ejabberd', '-eval', seeding]
}

/** The folder of Erlang libraries that has ejabberd, as Debian installs it; `undefined` where it is not installed. */
export async function findEjabberd(): Promise<string | undefined> {
  for (const machine of await list('/usr/lib')) {
    const libraries = join('/usr/lib', machine)
    for (const library of await list(libraries)) {
      if (!library.startsWith('ejabberd-')) continue
      if ((await list(join(libraries, library, 'ebin'))).includes('ejabberd.app')) return libraries
    }
  }
  return undefined
}

/** How often a full JID is in ejabberd's table of sessions: one that is being replaced is there still. */
export async function countEjabberdSessions({ domain, ws }: RealDomain, jid: string): Promise<number> {
  const url = new URL('/api/connected_users_vhost', ws.replace('ws:', 'http:'))
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ host: domain }) })
  const sessions: unknown = await answer.json()
  if (!answer.ok || !Array.isArray(sessions)) throw new Error(`ejabberd tells no sessions: ${answer.status}`)
  return sessions.filter((session) => session === jid).length
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch {
    return []
  }
}

const binary = (text: string) => `<<"${text}">>`

/**
 * Erlang expressions, evaluated whenever ejabberd is up: accounts may be there already. Its archive is in memory and on disk,
 * not on disk alone: there each message takes longer the more there are, a quarter of a second at some thousands, and a
 * session in which one is being stored answers nothing.
 */
const seedAccounts = `
mnesia:change_table_copy_type(archive_msg, node(), disc_copies).
Hosts = [${Object.values(realDomains).map(binary).join(', ')}].
Users = [${realUsers.map(binary).join(', ')}].
Register = fun(User, Host) ->
  true = lists:member(ejabberd_auth:try_register(User, Host, ${binary(realPassword)}), [ok, {error, exists}])
end.
[[Register(User, Host) || User <- Users] || Host <- Hosts].
Befriend = fun(Host, User, Contact, Name) ->
  mnesia:dirty_write({roster, {User, Host, {Contact, Host, <<>>}}, {User, Host}, {Contact, Host, <<>>},
    Name, both, none, [<<"Friends">>], <<>>, []})
end.
[Befriend(Host, <<"alice">>, <<"bob">>, <<"Bob">>) || Host <- Hosts].
[Befriend(Host, <<"bob">>, <<"alice">>, <<"Alice">>) || Host <- Hosts].
`
