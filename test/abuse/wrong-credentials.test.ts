import { describe, expect, it } from 'vitest'
import { saslFailureConditions } from '../../src/errors.js'
import {
  features,
  login,
  mechanisms,
  openingTag,
  scriptedEndpoint,
  type Exchange,
} from '../support/scripted-server.js'
import { createTestClient, failToConnect } from './attempt.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('still')

const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl'
const failure = (condition: string) => `<failure xmlns='${sasl}'>${condition}<text>because</text></failure>`
const answering = (says: string, ...names: readonly string[]): readonly Exchange[] => [
  { hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms(...names)) },
  ...names.map(() => ({ hears: /<\/auth>/, says })),
]
const wants = (condition: string) =>
  ['not-authorized', 'credentials-expired'].includes(condition)
    ? 'credentials'
    : condition === 'temporary-auth-failure'
      ? 'time'
      : 'change'

describe('a wrong password', () => {
  it.each(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    'with %s is told as such, and is not tried again',
    async (mechanism) => {
      const { open, servers } = scriptedEndpoint([answering(failure('<not-authorized/>'), mechanism)])
      const { error, client } = await failToConnect({ endpoint: open, reconnect: 'always' })
      expect(error).toMatchObject({
        code: 'authentication.not-authorized',
        mechanism,
        text: 'because',
        advice: 'Check user name and password.',
      })
      expect(client.state).toMatchObject({ needs: 'credentials' })
      expect(servers).toHaveLength(1)
      expect(servers[0]?.ended).toBe(true)
      expect(servers[0]?.heard).toMatch(/<\/stream:stream>$/)
    },
  )

  it('can be set right: the next attempt is a fresh one', async () => {
    const { open, servers } = scriptedEndpoint([answering(failure('<not-authorized/>'), 'PLAIN'), login])
    const passwords = ['wrong', 'secret']
    const client = createTestClient({ endpoint: open, password: () => passwords.shift() })
    await expect(client.connect()).rejects.toMatchObject({ code: 'authentication.not-authorized' })
    await client.connect()
    expect(client.state.status).toBe('online')
    expect(servers[1]?.heard).toContain(Buffer.from('\0alice\0secret').toString('base64'))
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('storage is full'))],
    [
      'throws',
      () => {
        throw new Error('storage is full')
      },
    ],
  ])('is told as such where the cache that has to forget it %s', async (_how, clear) => {
    const { open } = scriptedEndpoint([answering(failure('<not-authorized/>'), 'SCRAM-SHA-256')])
    const keyCache = { find: () => undefined, keep: () => {}, clear }
    const { error } = await failToConnect({ endpoint: open, keyCache })
    expect(error).toMatchObject({ code: 'authentication.not-authorized' })
  })

  it('that cannot be had is a typed error, and says nothing of the server', async () => {
    const { open } = scriptedEndpoint([login])
    const { error } = await failToConnect({ endpoint: open, password: () => undefined })
    expect(error).toMatchObject({ code: 'authentication.credentials-missing' })
  })

  it('whose source fails is a typed error with the cause', async () => {
    const { open, servers } = scriptedEndpoint([login])
    const cause = new Error('the key chain is locked')
    const { error } = await failToConnect({ endpoint: open, password: () => Promise.reject(cause) })
    expect(error).toMatchObject({ code: 'defect.unexpected', cause })
    expect(servers[0]?.ended).toBe(true)
  })
})

describe('a failure of authentication', () => {
  it.each(saslFailureConditions)('%s ends the attempt in a typed error', async (condition) => {
    const { open, servers } = scriptedEndpoint([answering(failure(`<${condition}/>`), 'PLAIN')])
    const { error, client } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({ code: `authentication.${condition}`, mechanism: 'PLAIN', text: 'because' })
    expect(client.state).toMatchObject({ needs: wants(condition) })
    expect(servers[0]?.ended).toBe(true)
  })

  it.each(['', '<out-of-coffee/>', "<not-authorized xmlns='urn:example'/>"])(
    'without a defined condition is one all the same: %j',
    async (content) => {
      const { open } = scriptedEndpoint([answering(failure(content), 'PLAIN')])
      const { error } = await failToConnect({ endpoint: open })
      expect(error).toMatchObject({ code: expect.stringMatching(/^authentication\.[a-z-]+$/) })
    },
  )

  it('of every mechanism ends once each has been tried', async () => {
    const names = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']
    const { open, servers } = scriptedEndpoint([answering(failure('<invalid-mechanism/>'), ...names)])
    const { error } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({ code: 'authentication.invalid-mechanism' })
    expect(servers[0]?.heard.match(/<auth /g)).toHaveLength(names.length)
  })

  it.each([
    ['PLAIN', /^authentication\./],
    ['SCRAM-SHA-1', /^authentication\./],
  ])('%s that is challenged for ever ends at the first challenge that makes no sense', async (name, code) => {
    const challenge = `<challenge xmlns='${sasl}'>cj1h</challenge>`
    const { open, servers } = scriptedEndpoint([answering(challenge.repeat(1_000), name)])
    const { error } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({ code: expect.stringMatching(code) })
    expect(servers[0]?.heard.match(/<response/g)?.length ?? 0).toBeLessThanOrEqual(1)
    expect(servers[0]?.ended).toBe(true)
  })
})
