import { describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer, type ServerOptions } from '../../src/server/index.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, Wire } from './wire.js'

const serve = (options: Pick<ServerOptions, 'limits' | 'registration'>): Promise<EmbeddedServer> =>
  createServer({ listen: {}, mechanisms: ['SCRAM-SHA-256'], ...options })

async function opened(server: EmbeddedServer): Promise<Wire> {
  const wire = new Wire(server.connect())
  await wire.open()
  return wire
}

const showInvitation = async (wire: Wire, token: string) =>
  inShort(await wire.request('set', xml('preauth', ns.preAuthentication, { token })))

async function register(wire: Wire, username: string, password = 'secret'): Promise<string> {
  const named = xml('username', ns.register, {}, username)
  const secret = xml('password', ns.register, {}, password)
  return inShort(await wire.request('set', xml('query', ns.register, {}, named, secret)))
}

/** SASLprep refuses what Unicode 3.2 did not know. */
const impossible = 'p\u{1F600}ss'

describe('a password that cannot be one', () => {
  it('uses up no invitation', async () => {
    await using server = await serve({ registration: { invitations: ['one'] } })
    const wire = await opened(server)
    expect(await showInvitation(wire, 'one')).toBe('iq result')
    expect(await register(wire, 'carol', impossible)).toBe('iq error not-acceptable')
    expect(await register(wire, 'carol')).toBe('iq result')
    const other = await opened(server)
    expect(await showInvitation(other, 'one')).toBe('iq error item-not-found')
  })

  it('takes the place of no account', async () => {
    await using server = await serve({ registration: {}, limits: { registeredAccounts: 1 } })
    const wire = await opened(server)
    expect(await register(wire, 'carol', impossible)).toBe('iq error not-acceptable')
    expect(await register(wire, 'carol')).toBe('iq result')
    expect(await register(await opened(server), 'dave')).toBe('iq error resource-constraint')
  })
})

it('two who show one invitation at once get one account', async () => {
  await using server = await serve({ registration: { invitations: ['one'] } })
  const [one, two] = [await opened(server), await opened(server)]
  for (const wire of [one, two]) await showInvitation(wire, 'one')
  const answers = await Promise.all([register(one, 'carol'), register(two, 'dave')])
  expect(answers.toSorted()).toEqual(['iq error not-allowed', 'iq result'])
})
