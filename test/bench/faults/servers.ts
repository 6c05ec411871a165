import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createServer } from 'xmpp-machines/server'
import { countEjabberdSessions, startEjabberd } from '../../support/ejabberd.js'
import { startProsody } from '../../support/prosody.js'
import { realPassword, realUsers } from '../../support/real-accounts.js'
import type { StartedServer } from '../../support/real-servers.js'
import { installMissing } from '../../support/server-packages.js'

export const serverNames = ['Prosody', 'ejabberd', 'embedded'] as const
export type ServerName = (typeof serverNames)[number]

/** A server that conversations go through. */
export interface ServerUnderFaults {
  readonly name: ServerName
  readonly domain: string
  readonly password: string
  /** PEM of the authority that its certificate is of, and a file of it. */
  readonly ca: string
  readonly caFile: string
  /** Of 127.0.0.1. */
  readonly directTlsPort: number
  /** Where talkers are let in, over a relay or not. */
  readonly port: number
  readonly url: (port: number) => string
  /** Two accounts that nobody else uses until they are given back. */
  lend(): Pair
  giveBack(pair: Pair): void
  /**
   * Resolves when no earlier session has this full JID any more, once another has taken it; rejects after 30 s. As long as the new
   * one lasts, ejabberd keeps messages for later. Once it has gone, an earlier one that has not ended is given them again, and
   * a message that is on its way when that ends is lost (`ejabberd_sm:route_message`, "Race condition").
   */
  untilReplaced(jid: string): Promise<void>
  /** Ends it and starts it again; `undefined` where that would be another server. */
  readonly restart: (() => Promise<void>) | undefined
  stop(): Promise<void>
}

export interface Pair {
  readonly talker: string
  readonly farEnd: string
}

/** As generous as the others are: what one conversation sends may wait, and all are archived. */
const limits = {
  offlineMessages: 10_000,
  offlineUnits: 2 ** 27,
  archivedMessages: 100_000,
  archivedUnits: 2 ** 27,
}

const users = realUsers.filter((user) => /^u\d+$/.test(user))

/**
 * Starts a server, and installs it first where that is possible; resolves with the reason where there is none. All clients speak
 * wss to it, or direct TLS where that is said.
 */
export async function startServerUnderFaults(
  name: ServerName,
  folder: string,
): Promise<ServerUnderFaults | string> {
  if (name === 'embedded') return startEmbedded(folder)
  if (name === 'Prosody') {
    const [missing] = await installMissing(['prosody'])
    if (missing !== undefined) return missing.reason
    const prosody = await startProsody({ archives: 'everybody' })
    const { wss } = prosody.facts.open
    return toServer(name, folder, prosody, { port: portOf(wss), url: (port) => withPort(wss, port) })
  }
  const [missing] = await installMissing(['ejabberd'])
  if (missing !== undefined) return missing.reason
  const ejabberd = await startEjabberd({ archives: 'everybody' })
  const { open } = ejabberd.facts
  const entrance = { port: open.directTlsPort, url: toDirectTls }
  return {
    ...(await toServer(name, folder, ejabberd, entrance)),
    untilReplaced: async (jid) => {
      const deadline = AbortSignal.timeout(replacedLimitMs)
      while ((await countEjabberdSessions(open, jid)) > 1)
        await setTimeout(lookMs, undefined, { signal: deadline })
    },
  }
}

const replacedLimitMs = 30_000
const lookMs = 20

const toDirectTls = (port: number) => `xmpps://localhost:${port}`
const portOf = (url: string) => Number(new URL(url).port)

function withPort(url: string, port: number): string {
  const changed = new URL(url)
  changed.port = String(port)
  return changed.href
}

async function toServer(
  name: ServerName,
  folder: string,
  { facts, restart, stop }: StartedServer,
  entrance: Pick<ServerUnderFaults, 'port' | 'url'>,
): Promise<ServerUnderFaults> {
  return {
    name,
    domain: facts.open.domain,
    password: realPassword,
    ca: facts.ca,
    caFile: await writeAuthority(folder, facts.ca),
    directTlsPort: facts.open.directTlsPort,
    ...entrance,
    ...createPairs(),
    untilReplaced: endsAtOnce,
    restart,
    stop,
  }
}

async function startEmbedded(folder: string): Promise<ServerUnderFaults> {
  const accounts = users.map((username) => ({ username, password: realPassword }))
  const server = await createServer({ accounts, listen: { tls: {} }, limits })
  const { ca = '', domain, endpoints } = server
  const port = portOf((endpoints.directTls ?? '').replace('xmpps:', 'https:'))
  return {
    name: 'embedded',
    domain,
    password: realPassword,
    ca,
    caFile: await writeAuthority(folder, ca),
    directTlsPort: port,
    port,
    url: toDirectTls,
    ...createPairs(),
    untilReplaced: endsAtOnce,
    // It keeps everything in memory.
    restart: undefined,
    stop: () => server.close(),
  }
}

/** An earlier session is over before another has its address. */
const endsAtOnce = async () => {}

async function writeAuthority(folder: string, ca: string): Promise<string> {
  const file = join(folder, `${randomUUID()}.crt`)
  await writeFile(file, ca)
  return file
}

/** Whose turn was longest ago is next: what an earlier conversation has left behind has time to go away. */
function createPairs(): Pick<ServerUnderFaults, 'giveBack' | 'lend'> {
  const free: Pair[] = []
  for (let index = 0; index + 1 < users.length; index += 2) {
    free.push({ talker: users[index] ?? '', farEnd: users[index + 1] ?? '' })
  }
  return {
    lend: () => {
      const pair = free.shift()
      if (pair === undefined) throw new RangeError('more conversations at a time than there are accounts')
      return pair
    },
    giveBack: (pair) => void free.push(pair),
  }
}
