import { findFreePorts, isListening } from '../support/free-ports.js'
import { startGuarded, untilReady } from '../support/guarded-process.js'
import { prosodyConfiguration } from '../support/prosody-configuration.js'
import { createServerFolder, realDomains } from '../support/server-folder.js'
import { installMissing } from '../support/server-packages.js'

/** A Prosody that runs for the bench alone. */
export interface ProsodyUnderBench {
  readonly domain: string
  readonly password: string
  /** How many accounts `u0`, `u1` … there are, beside `agent`. */
  readonly accounts: number
  /** Of 127.0.0.1. */
  readonly ports: Readonly<Record<PortName, number>>
  /** PEM file of the authority that its certificates are of. */
  readonly caFile: string
  stop(): Promise<void>
}

const portNames = ['http', 'https', 'starttls', 'tls'] as const
export type PortName = (typeof portNames)[number]

const password = 'secret'
const accounts = 1000

/**
 * How Prosody is set up. `even`: without Nagle's algorithm and without stream management, which not every client speaks, so
 * that every client has the same to do. `managed`: the same with stream management. `stock`: with both, as Prosody comes.
 */
export type ProsodySetting = 'even' | 'managed' | 'stock'

/** What differs from the server that the tests talk to. */
const changes = {
  even: ['"smacks"; ', ''],
  managed: ['"smacks"; ', '"smacks"; '],
  stock: ['network_settings = { nagle = false }', 'network_settings = { nagle = true }'],
} as const satisfies Readonly<Record<ProsodySetting, readonly [before: string, after: string]>>

/** Starts Prosody in a folder of its own, and installs it first where that is possible; `undefined` where there is none. */
export async function startProsodyUnderBench(
  setting: ProsodySetting,
): Promise<ProsodyUnderBench | undefined> {
  const [missing] = await installMissing(['prosody'])
  if (missing !== undefined) {
    process.stdout.write(`no rows with Prosody: ${missing.reason}\n`)
    return undefined
  }
  const folder = await createServerFolder('bench')
  const free = await findFreePorts(...portNames)
  const port = (name: PortName) => free.get(name) ?? 0
  const cert = await folder.write('server.crt', folder.certificate.cert)
  const key = await folder.write('server.key', folder.certificate.key)
  const caFile = await folder.write('ca.crt', folder.certificate.ca)
  const usual = prosodyConfiguration({ folder: folder.path, cert, key, port })
  const file = await folder.write('prosody.cfg.lua', change(usual, changes[setting]))
  const users = ['agent', ...Array.from({ length: accounts }, (_, index) => `u${index}`)]
  const account = `return { ["password"] = "${password}" };\n`
  await Promise.all(
    users.map((user) => folder.write(`data/${realDomains.open}/accounts/${user}.dat`, account)),
  )
  const server = startGuarded({
    folder: folder.path,
    command: 'prosody',
    parameters: ['-F', '--config', file],
  })
  await untilReady('Prosody', server, async () => {
    const listening = await Promise.all(portNames.map((name) => isListening(port(name))))
    return !listening.includes(false)
  })
  return {
    domain: realDomains.open,
    password,
    accounts,
    ports: { http: port('http'), https: port('https'), starttls: port('starttls'), tls: port('tls') },
    caFile,
    stop: server.stop,
  }
}

function change(text: string, [before, after]: readonly [before: string, after: string]): string {
  if (!text.includes(before)) throw new Error(`the configuration of Prosody has no ${before}`)
  return text.replace(before, after)
}
