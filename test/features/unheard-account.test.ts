import { expect, it, onTestFinished } from 'vitest'
import type { StanzaErrorCondition } from '../../src/errors.js'
import { accounts, createClient, type ClientOptions } from '../../src/index.js'
import { toSaslElement } from '../../src/stanza/sasl.js'
import { toErrorReply } from '../../src/stanza/stanza-error.js'
import { createScriptedServer } from '../../src/testing/scripted-peer-server.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

interface Server {
  /** What it says of the account that is there since it was first asked. */
  readonly says?: StanzaErrorCondition
  /** It says so where an invitation is shown, rather than where the name is. */
  readonly ofInvitation?: boolean
}

const form = xml('query', ns.register, {}, xml('username', ns.register), xml('password', ns.register))

/** A client whose first request for its account is heard, and whose answer is lost. */
function unheard(
  { says = 'conflict', ofInvitation = false }: Server = {},
  options: Partial<ClientOptions> = {},
) {
  let isMade = false
  /** Whether the password is that of the account. */
  const account = { isOwn: true }
  const refuse = (request: XmlElement) => toErrorReply(request, { condition: says }) ?? request
  const server = createScriptedServer({
    features: {
      mechanisms: ['PLAIN'],
      registration: true,
      others: [xml('register', ns.invitationFeature)],
    },
    reactions: [
      (heard, peer) => {
        if (heard.kind !== 'element') return false
        const { element } = heard
        const isSet = element.attribute('type') === 'set'
        if (element.child('preauth', ns.preAuthentication)) {
          peer.say(isMade && ofInvitation ? refuse(element) : answerTo(element))
        } else if (element.child('query', ns.register)) {
          if (!isSet) peer.say(answerTo(element, form))
          else if (isMade) peer.say(refuse(element))
          else peer.reset()
          isMade ||= isSet
        } else if (element.is('auth', ns.sasl) && !account.isOwn) {
          peer.say(
            toSaslElement({ kind: 'failure', condition: 'not-authorized', text: undefined, payloads: [] }),
          )
        } else return false
        return true
      },
    ],
  })
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: server.open,
    reconnect: 'never',
    ...options,
  })
  onTestFinished(() => client.close())
  return { account, client, register: client.use(accounts).register, server }
}

it.each([
  { says: 'conflict' },
  { says: 'resource-constraint' },
  { says: 'item-not-found', ofInvitation: true },
] as const)(
  'an account that its maker has not heard of is asked for again and logged in to: %j',
  async (words) => {
    const { client, register, server } = unheard(words)
    const wish = { invitation: 'token' }
    await expect(register(wish)).rejects.toMatchObject({ name: 'TransportError' })
    expect(await register(wish)).toEqual({ outcome: 'registered' })
    expect(client.state.status).toBe('online')
    expect(server.peers).toHaveLength(2)
  },
)

it('an account is made in one call by who tries until it is online', async () => {
  const { client, register } = unheard({}, { reconnect: 'always' })
  expect(await register()).toEqual({ outcome: 'registered' })
  expect(client.state.status).toBe('online')
})

it('an account that does not let its maker in is somebody else’s, and is from then on', async () => {
  const { account, client, register } = unheard()
  await expect(register()).rejects.toMatchObject({ name: 'TransportError' })
  account.isOwn = false
  const taken = { outcome: 'conflict', error: { code: 'registration.conflict' } }
  expect(await register()).toMatchObject(taken)
  expect(client.state.status).toBe('halted')
  account.isOwn = true
  expect(await register()).toMatchObject(taken)
})

it('an account that was refused another way is refused', async () => {
  const { register } = unheard({ says: 'not-allowed' })
  await expect(register()).rejects.toMatchObject({ name: 'TransportError' })
  expect(await register()).toMatchObject({ outcome: 'not-allowed' })
})
