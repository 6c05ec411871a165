import { afterEach, describe, expect, it } from 'vitest'
import {
  accounts,
  parseInvitation,
  StanzaError,
  TransportError,
  type Client,
  type ClientOptions,
} from '../../src/index.js'
import { dialTls } from '../../src/transport/tcp.js'
import type { Transport } from '../../src/transport/transport.js'
import { everybodyLeaves, next, online, person, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** How accounts begin, change and end, and how one is logged in to without SASL; on a server that lets everybody do that. */
export function holdAccounts(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const newcomer = (options: Partial<ClientOptions> = {}) => {
    const client = person(server, `new-${tag()}`, { password: 'first secret', ...options })
    return { client, account: client.use(accounts) }
  }
  const registered = async (options: Partial<ClientOptions> = {}) => {
    const { account, client } = newcomer(options)
    expect(await account.register()).toEqual({ outcome: 'registered' })
    return { account, client }
  }
  // Prosody closes as soon as it has answered. Whatever it hears then resets the connection, and its answer is lost with it:
  // so all that it has to say of the login is heard before.
  const remove = async ({ account, client }: ReturnType<typeof newcomer>) => {
    await client.fetchRoster()
    await account.remove()
  }
  const again = (client: Client, password: string, options: Partial<ClientOptions> = {}) =>
    person(server, client.jid.local ?? '', { password, ...options })

  describe.each(Object.entries(server.endpoints).filter(([, endpoint]) => isSafe(endpoint)))(
    `accounts on ${server.name} over %s`,
    (_way, endpoint) => {
      it('makes one, and logs in to it on the same connection', async () => {
        const { account, client } = newcomer({ endpoint })
        const statuses: string[] = []
        client.state$.subscribe(({ status }) => {
          if (statuses.at(-1) !== status) statuses.push(status)
        })
        expect(await account.register()).toEqual({ outcome: 'registered' })
        expect(statuses).toEqual([
          'offline',
          'connecting',
          'registering',
          'authenticating',
          'binding',
          'online',
        ])
        await client.disconnect()
        await client.connect()
        expect(client.state).toMatchObject({ status: 'online' })
        await remove({ account, client })
      })
    },
  )

  describe(`accounts on ${server.name}`, () => {
    it('says that a name is taken', async () => {
      const client = person(server, 'alice', { password: 'another' })
      const result = await client.use(accounts).register()
      expect(result).toMatchObject({ outcome: 'conflict', error: { code: 'registration.conflict' } })
      expect(client.state).toMatchObject({ status: 'halted', error: { code: 'registration.conflict' } })
    })

    it('lets its maker in who has not heard of it', async () => {
      const { account, client } = newcomer({ endpoint: losingAnswers(server, 'first secret') })
      await expect(account.register()).rejects.toMatchObject({ name: 'TransportError' })
      expect(await account.register()).toEqual({ outcome: 'registered' })
      expect(client.state).toMatchObject({ status: 'online' })
      await remove({ account, client })
    })

    it('makes one for who is invited, once, where the server makes invitations', async () => {
      const host = await registered()
      const invited = await host.account.invite().catch((error: unknown) => {
        if (error instanceof StanzaError) return undefined
        throw error
      })
      expect(invited === undefined).toBe(server.deviations?.includes('makes no invitations') === true)
      if (invited === undefined) return remove(host)
      const { uri, token: invitation } = invited
      expect(parseInvitation(uri)).toMatchObject({ token: invitation, account: { domain: server.domain } })
      const guest = newcomer()
      expect(await guest.account.register({ invitation })).toEqual({ outcome: 'registered' })
      expect(await newcomer().account.register({ invitation })).toMatchObject({ outcome: 'invitation' })
      await remove(guest)
      return remove(host)
    })

    it('changes the password, which the next login uses, and others need', async () => {
      const { account, client } = await registered()
      await account.changePassword('second secret')
      await client.disconnect()
      await client.connect()
      expect(client.state).toMatchObject({ status: 'online' })
      await expect(again(client, 'first secret').connect()).rejects.toMatchObject({
        code: 'authentication.not-authorized',
      })
      await again(client, 'second secret').connect()
      await remove({ account, client })
    })

    it('uses the new password where the app gives the old one still', async () => {
      const { account, client } = await registered({ password: () => 'first secret' })
      await account.changePassword('second secret')
      await client.disconnect()
      await client.connect()
      expect(client.state).toMatchObject({ status: 'online' })
      await remove({ account, client })
    })

    it('removes the account, and does not come back to it', async () => {
      const { account, client } = await registered({ reconnect: 'always' })
      const other = again(client, 'first secret', { reconnect: 'always' })
      await other.connect()
      const ended = next(other.state$, ({ status }) => status === 'halted', 'the end of the other session')
      await remove({ account, client })
      expect(client.state).toEqual({ status: 'removed' })
      const isConflict = server.deviations?.includes('calls a removed account a conflict') === true
      expect(await ended).toMatchObject({
        error: { code: isConflict ? 'stream.conflict' : 'stream.not-authorized' },
      })
      await expect(client.connect()).rejects.toMatchObject({ code: 'authentication.not-authorized' })
      expect(await account.register()).toEqual({ outcome: 'registered' })
      await remove({ account, client })
    })

    it('does not change the password of somebody else', async () => {
      const { account, client } = await registered()
      await expect(account.changePassword('')).rejects.toBeInstanceOf(RangeError)
      await client.disconnect()
      await expect(account.changePassword('nobody hears this')).rejects.toMatchObject({
        code: 'transport.not-connected',
      })
      await client.connect()
      await remove({ account, client })
    })
  })

  describe(`jabber:iq:auth on ${server.name}`, () => {
    const asBefore = { mechanisms: ['jabber:iq:auth'] }

    it('logs in where the app asks for it, and does what others do', async () => {
      const [alice, bob] = await Promise.all([online(server, 'alice', asBefore), online(server, 'bob')])
      expect(alice.state).toMatchObject({
        status: 'online',
        mechanism: 'jabber:iq:auth',
        jid: alice.jid.toString(),
        streamManagement: 'unmanaged',
      })
      const word = tag()
      const heard = next(alice.message$, ({ body }) => body === word, 'the message')
      bob.send({ to: alice.jid, type: 'chat', body: word })
      await heard
      const contacts = await alice.fetchRoster()
      expect(contacts.get(`bob@${server.domain}`)?.subscription).toBe('both')
    })

    it('refuses a wrong password as other ways do', async () => {
      const alice = person(server, 'alice', { ...asBefore, password: 'wrong' })
      await expect(alice.connect()).rejects.toMatchObject({
        code: 'authentication.not-authorized',
        mechanism: 'jabber:iq:auth',
      })
      expect(alice.state).toMatchObject({ status: 'halted', needs: 'credentials' })
    })

    it('is not used where there is SASL', async () => {
      const alice = await online(server, 'alice')
      expect(alice.state).toMatchObject({ mechanism: expect.stringMatching(/^SCRAM|^PLAIN/) })
    })
  })
}

const isSafe = (endpoint: unknown) => typeof endpoint !== 'string' || !endpoint.startsWith('ws:')

/** Connections of which the first ends when something answers to these words. */
function losingAnswers({ ca, domain, endpoints }: ServerUnderTest, words: string) {
  const port = Number(new URL(String(endpoints['direct TLS'])).port)
  let isFirst = true
  return async (signal: AbortSignal): Promise<Transport> => {
    const cable = await dialTls({ host: '127.0.0.1', port, tls: { domain, ca }, signal })
    if (!isFirst) return cable
    isFirst = false
    let isSaid = false
    const [start, write] = [cable.start.bind(cable), cable.write.bind(cable)]
    cable.write = (data, flushed) => {
      isSaid ||= String(data).includes(words)
      write(data, flushed)
    }
    cable.start = (sink) =>
      start({
        data: (chunk) => {
          if (isSaid) cable.destroy(new TransportError('reset', 'the answer is lost'))
          else sink.data(chunk)
        },
        closed: (error) => sink.closed(error),
      })
    return cable
  }
}
